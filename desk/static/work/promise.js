// Owns the promise to call the customer back, made with one press during or after a call (CBK-1).

import { ask } from "../page/asking.js";
import { $, $$, say } from "../page/dom.js";
import { sorry } from "../page/sorry.js";
import { t, when } from "../page/words.js";

export function makePromises(form, ticket) {
  const told = $("#promise-told", form);

  for (const key of $$("[data-promise]", form)) {
    key.addEventListener("click", () => promise(Number(key.dataset.promise)));
  }

  async function promise(minutes) {
    if (!ticket.draft) return;
    const made = { call_id: ticket.call, ticket: ticket.draft.number, minutes };
    try {
      const { due_at: due } = await ask("POST", "/api/v1/promises", made);
      say(told, t("ticket.promised", { when: when(due) }));
    } catch (error) {
      say(told, sorry(error));
    }
  }

  return { clear: () => say(told, "") };
}
