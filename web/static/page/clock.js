// Fields for a time of day, by 24 hours in every language: 730, 7:30, 07：30 and 0730 mean 07:30.
import { $$ } from "./dom.js";

const STEP_MIN = 5;
const DAY_MIN = 24 * 60;

/** Return `07:30` for what was typed; null when it is no time of a day. */
export function timeOf(typed) {
  const text = typed.normalize("NFKC").trim();
  const found = /^(\d{1,2})[:.\s]?(\d{2})$/.exec(text) ?? /^(\d{1,2})()$/.exec(text);
  if (!found) return null;
  const [hour, minute] = [Number(found[1]), Number(found[2] || 0)];
  if (hour > 23 || minute > 59) return null;
  return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
}

/** Return a time some minutes later or earlier; midnight is passed. */
export function stepped(time, minutes) {
  const [hour, minute] = time.split(":").map(Number);
  const at = (hour * 60 + minute + minutes + DAY_MIN) % DAY_MIN;
  return timeOf(`${Math.floor(at / 60)}:${String(at % 60).padStart(2, "0")}`);
}

function settle(field) {
  const time = timeOf(field.value);
  if (time !== null && time !== field.value) put(field, time);
}

function put(field, time) {
  field.value = time;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function step(event) {
  const by = { ArrowUp: STEP_MIN, ArrowDown: -STEP_MIN, PageUp: 60, PageDown: -60 }[event.key];
  if (by === undefined) return;
  event.preventDefault();
  put(event.target, stepped(timeOf(event.target.value) ?? "00:00", by));
}

export function watchClocks() {
  for (const field of $$("input[data-clock]")) {
    field.addEventListener("change", () => settle(field));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") settle(field);
      else step(event);
    });
  }
}
