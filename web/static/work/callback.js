// Makes a callback, made with one press during or after a call (CBK-1).

import { ask } from "../page/asking.js";
import { $, $$, say } from "../page/dom.js";
import { sorry } from "../page/sorry.js";
import { t, when } from "../page/words.js";

const isPressed = (key) => key.getAttribute("aria-pressed") === "true";

export function makeCallbacks(form, ticket) {
  const told = $("#callback-told", form);

  const keys = $$("[data-callback]", form);
  let sending = false;

  for (const key of keys) key.addEventListener("click", () => callback(key));

  async function callback(key) {
    if (!ticket.draft || sending || isPressed(key)) return;
    sending = true;
    const [call, number] = [ticket.call, ticket.draft.number];
    try {
      const made = { call_id: call, ticket: number, minutes: Number(key.dataset.callback) };
      const { due_at: due } = await ask("POST", "/api/v1/callbacks", made);
      if (ticket.call === call) promised(key, due);
    } catch (error) {
      if (ticket.call === call) said(sorry(error), "bad");
    }
    sending = false;
  }

  /** The key itself says that it was done, and is not pressed twice. */
  function promised(key, due) {
    key.setAttribute("aria-pressed", "true");
    said(t("ticket.promised", { when: when(due) }), "good");
  }

  function said(text, look) {
    say(told, text);
    told.className = `small ${look}`;
  }

  function clear() {
    for (const key of keys) key.setAttribute("aria-pressed", "false");
    say(told, "");
  }

  return { clear };
}
