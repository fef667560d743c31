// The keyboard of the agent's page: one table of keys, what they do, and the sheet that shows
// them. Keys with Alt and F-keys work while one types; single letters do not.

import { $, el, fill } from "../page/dom.js";
import { t } from "../page/words.js";

/** `keys` are [key, words' key, act]; `digits(key)` takes keypad digits while that is open. */
export function makeKeys(dialog, keys, digits) {
  const acts = new Map(keys.map(([key, , act]) => [key, act]));

  addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const typing = event.target.closest?.("input, textarea, select");
    if (!typing && digits(event.key)) return event.preventDefault();
    const name = named(event, Boolean(typing));
    const act = acts.get(name);
    if (!act) return;
    event.preventDefault();
    if (!event.repeat) act();
  });

  fill(
    $("#help-keys", dialog),
    ...keys.flatMap(([key, words]) => [el("kbd", {}, key), el("span", {}, t(words))]),
    el("kbd", {}, "Esc"),
    el("span", {}, t("phone.leave_field")),
  );
  $("#help-close", dialog).addEventListener("click", () => dialog.close());
  return { open: () => dialog.open || dialog.showModal() };
}

function named(event, typing) {
  if (event.altKey) return /^(Digit|Key)/.test(event.code) ? `Alt+${event.code.replace(/^(Digit|Key)/, "")}` : "";
  if (/^F\d+$/.test(event.key)) return event.key;
  if (event.key === "Escape" && typing) {
    event.target.blur();
    return "";
  }
  return typing ? "" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
}
