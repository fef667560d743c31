// The words that scripts say: the page carries them as JSON, by key.

const carried = document.getElementById("words");
const words = carried ? JSON.parse(carried.textContent) : {};

/** Return the text of a key, its gaps filled; a key without a text shows itself. */
export function t(key, gaps = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (gap, name) => (name in gaps ? String(gaps[name]) : gap));
}

/** Return the text of a key if there is one, else the other text. */
export function tOr(key, otherwise) {
  return words[key] ?? otherwise;
}

/** Return seconds as a person says them. */
export function lasting(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return t("pop.seconds", { count: whole });
  return t("pop.minutes", { minutes: Math.floor(whole / 60), seconds: whole % 60 });
}

/** Return seconds as a clock, 1:05. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [minutes, rest] = [Math.floor(whole / 60), String(whole % 60).padStart(2, "0")];
  return minutes < 60
    ? `${minutes}:${rest}`
    : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

/** Return a time by the hotline's clock, with the day when it is not today. */
export function when(iso, now = new Date()) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  const [day, time] = byTheClock(at);
  return day === byTheClock(now)[0] ? time : `${day} ${time}`;
}

function byTheClock(at) {
  const timeZone = document.documentElement.dataset.zone || undefined;
  const two = { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone };
  const parts = Object.fromEntries(new Intl.DateTimeFormat("en", two).formatToParts(at).map(({ type, value }) => [type, value]));
  return [`${parts.month}-${parts.day}`, `${parts.hour}:${parts.minute}`];
}
