// What every page has: htmx, the shell, the switch of the language, forms that are sent once, and
// the way back to the page of signing in.

import "htmx.org";
import { watchTables } from "../page/cards.js";
import { watchClocks } from "../page/clock.js";
import { watchDays } from "../page/days.js";
import { watchDialogs } from "../page/dialogs.js";
import { $$ } from "../page/dom.js";
import { watchDue } from "../page/due.js";
import { watchFind } from "../page/find.js";
import { keep, watchShell } from "../page/shell.js";

const SENT_MS = 1000;

for (const button of $$("[data-language]")) {
  button.addEventListener("click", () => {
    if (document.body.dataset.call) return; // a reload would take the call away
    keep("language", button.dataset.language);
    location.reload();
  });
}

// A form that was just sent is not sent again by the second click of a double click.
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, SENT_MS);
});

addEventListener("thirdring:signed-out", () => {
  if (location.pathname !== "/login" && !document.body.dataset.call) location.assign("/login");
});

watchShell();
watchFind();
watchDue();
watchTables();
watchClocks();
watchDays();
watchDialogs();
