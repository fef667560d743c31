// The calendar that a field for a day opens: a month at a time, by mouse, keyboard and screen
// reader (the date picker dialog of the ARIA Authoring Practices). Weeks begin on Monday.
import { el, fill } from "./dom.js";

const DAY_MS = 86_400_000;
const WEEKS = 6;
const EDGE = 8;
const MONDAY = Date.UTC(2026, 10, 30);

const utc = (day) => new Date(`${day}T00:00:00Z`);
const iso = (at) => at.toISOString().slice(0, 10);
const language = () => document.documentElement.lang;
const said = (at, how) => new Intl.DateTimeFormat(language(), { timeZone: "UTC", ...how }).format(at);
const later = (day, days) => iso(new Date(utc(day).getTime() + days * DAY_MS));
const weekday = (day) => (utc(day).getUTCDay() + 6) % 7;

/** Return the same day some months later, or that month's last one. */
export function monthsLater(day, months) {
  const at = utc(day);
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months + 1, 0));
  return iso(new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), Math.min(at.getUTCDate(), last.getUTCDate()))));
}

/** Return where a key leads from a day; null for keys that lead nowhere. */
export function led(day, { key, shiftKey }) {
  const days = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7, Home: -weekday(day), End: 6 - weekday(day) };
  if (key in days) return later(day, days[key]);
  const months = { PageUp: -1, PageDown: 1 };
  return key in months ? monthsLater(day, months[key] * (shiftKey ? 12 : 1)) : null;
}

let open = null;

/** Let the button beside a field, and Alt+↓ in it, open the calendar. */
export function opensCalendar(field, { day, today, choose }) {
  const button = field.parentElement.querySelector("[data-calendar]");
  if (!button) return;
  const show = () => {
    (open ??= calendar(button.dataset)).show(field, { day: day() ?? today(), today: today(), choose });
  };
  button.hidden = false;
  button.addEventListener("click", show);
  field.addEventListener("keydown", (event) => {
    if (event.altKey && event.key === "ArrowDown") {
      event.preventDefault();
      show();
    }
  });
}

/** Make the one calendar of this page. */
function calendar(words) {
  const month = el("h2", { id: "calendar-month", "aria-live": "polite" });
  const body = el("tbody");
  const dialog = el("dialog", { class: "calendar", "aria-label": words.title },
    el("div", { class: "calendar-head" },
      turn("‹", words.before, -1), month, turn("›", words.after, 1)),
    el("table", { role: "grid", "aria-labelledby": "calendar-month" }, el("thead", {}, el("tr", {}, ...heads())), body),
    el("div", { class: "calendar-foot" },
      el("button", { type: "button", onclick: () => take(asked.today) }, words.today),
      el("button", { type: "button", class: "plain", "data-closes": true }, words.close)));
  let asked = null;
  let at = "";

  function turn(sign, name, months) {
    return el("button", { type: "button", class: "plain", "aria-label": name, onclick: () => draw(monthsLater(at, months)) }, sign);
  }

  function take(day) {
    asked.choose(day);
    dialog.close();
  }

  function cell(day) {
    const chosen = day === asked.day;
    const outside = day.slice(0, 7) !== at.slice(0, 7);
    const name = said(utc(day), { dateStyle: "full" });
    const button = el("button", {
      type: "button", class: outside ? "outside" : "", tabindex: day === at ? "0" : "-1", "aria-label": name,
      "aria-current": day === asked.today ? "date" : null, "data-at": day, onclick: () => take(day),
    }, String(Number(day.slice(8))));
    return el("td", { role: "gridcell", "aria-selected": String(chosen) }, button);
  }

  function draw(day) {
    at = day;
    month.textContent = said(utc(day), { year: "numeric", month: "long" });
    const first = `${day.slice(0, 7)}-01`;
    const begin = later(first, -weekday(first));
    const week = (which) => Array.from({ length: 7 }, (_, each) => cell(later(begin, which * 7 + each)));
    fill(body, ...Array.from({ length: WEEKS }, (_, which) => el("tr", {}, ...week(which))));
  }

  body.addEventListener("keydown", (event) => {
    const day = led(at, event);
    if (day === null) return;
    event.preventDefault();
    draw(day);
    body.querySelector("[tabindex='0']").focus();
  });
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  document.body.append(dialog);

  return {
    show(field, what) {
      asked = what;
      draw(what.day);
      dialog.showModal();
      place(dialog, field);
      body.querySelector("[tabindex='0']").focus();
    },
  };
}

function heads() {
  return Array.from({ length: 7 }, (_, which) => {
    const at = new Date(MONDAY + which * DAY_MS);
    const long = said(at, { weekday: "long" });
    return el("th", { scope: "col", abbr: long }, said(at, { weekday: language().startsWith("zh") ? "narrow" : "short" }));
  });
}

/** Put the calendar beneath its field, or above it; on a telephone it stands in the middle. */
function place(dialog, field) {
  const { left, top, bottom } = field.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = dialog;
  const small = innerWidth < 500;
  const below = bottom + height + EDGE < innerHeight ? bottom + 4 : Math.max(EDGE, top - height - 4);
  dialog.style.margin = small ? "" : "0";
  dialog.style.left = small ? "" : `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
  dialog.style.top = small ? "" : `${below}px`;
}
