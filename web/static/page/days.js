// Fields for a day, in the page's language: 30.11., 11月30日, 明天, tomorrow are written as
// 2026-11-30, and one that is none is told before it is sent. web/days.py reads the same without us.
import { opensCalendar } from "./calendar.js";
import { $$ } from "./dom.js";

const DAY_MS = 86_400_000;
const WORDS = { 前天: -2, 昨天: -1, 今天: 0, 明天: 1, 后天: 2, yesterday: -1, today: 0, tomorrow: 1 };
const FORMS = [
  /^(?<year>\d{4})[-/.年](?<month>\d{1,2})[-/.月](?<day>\d{1,2})[日号]?$/,
  /^(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})$/,
  /^(?<day>\d{1,2})\.(?<month>\d{1,2})\.?$/,
  /^(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4}|\d{2})$/,
  /^(?<month>\d{1,2})(?:-|月)(?<day>\d{1,2})[日号]?$/,
];

/** Return the day, as 2026-11-30, some days later or earlier. */
export function moved(day, days) {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Return `2026-11-30` for what was typed; null when it is no day. `past`: never a day to come. */
export function dayOf(typed, today, past = false) {
  const text = typed.normalize("NFKC").replace(/\s/g, "").toLowerCase();
  if (Object.hasOwn(WORDS, text)) return moved(today, WORDS[text]);
  const found = FORMS.map((form) => form.exec(text)).find(Boolean)?.groups;
  if (!found) return null;
  const { year, month, day } = found;
  if (year) return whole(year.length === 2 ? 2000 + Number(year) : Number(year), month, day);
  return nearest(month, day, today, past);
}

function nearest(month, day, today, past) {
  const year = Number(today.slice(0, 4));
  const far = (one) => Math.abs(Date.parse(one) - Date.parse(today));
  return [year + 1, year, year - 1]
    .map((each) => whole(each, month, day))
    .filter((one) => one && !(past && one > today))
    .reduce((best, one) => (best === null || far(one) < far(best) ? one : best), null);
}

/** Return a day as it is kept; null for the 31st of April. */
function whole(year, month, day) {
  if (year < 1900 || year > 2199) return null;
  const text = [year, month.padStart(2, "0"), day.padStart(2, "0")].join("-");
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === text ? text : null;
}

/** Return the day that it is where the house is. */
export function todayThere() {
  const timeZone = document.documentElement.dataset.zone || undefined;
  const parts = new Intl.DateTimeFormat("en", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts();
  const { year, month, day } = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${year}-${month}-${day}`;
}

const meant = (field) => dayOf(field.value, todayThere(), "past" in field.dataset);

function put(field, day) {
  field.value = day;
  field.setCustomValidity("");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Write a day as it is kept, or say that it is none. */
function settle(field) {
  const day = meant(field);
  if (day !== null && day !== field.value) put(field, day);
  field.setCustomValidity(field.value.trim() && day === null ? field.dataset.fault : "");
}

function step(event) {
  const by = { ArrowUp: 1, ArrowDown: -1, PageUp: 7, PageDown: -7 }[event.key];
  if (by === undefined || event.altKey) return;
  event.preventDefault();
  const day = meant(event.target);
  put(event.target, day === null ? todayThere() : moved(day, by));
}

export function watchDays() {
  for (const field of $$("input[data-day]")) {
    field.addEventListener("input", () => field.setCustomValidity(""));
    field.addEventListener("change", () => settle(field));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") settle(field);
      else step(event);
    });
    opensCalendar(field, { day: () => meant(field), today: todayThere, choose: (day) => put(field, day) });
  }
}
