// Owns the form in which the agent corrects what is known of a customer.

import { ask } from "../page/asking.js";
import { $, say, show } from "../page/dom.js";
import { sorry } from "../page/sorry.js";

export function makeCustomer(root, pop) {
  const form = $("#customer", root);
  const told = $("#customer-told", root);
  const field = (name) => $(`#customer-${name}`, root);

  $("#customer-edit", root).addEventListener("click", () => {
    const { customer = {}, name = "" } = pop.offer ?? {};
    field("name").value = customer?.name || name || "";
    field("sort").value = customer?.sort ?? "normal";
    field("note").value = customer?.note ?? "";
    say(told, "");
    show(form, form.hidden);
    if (!form.hidden) field("name").focus();
  });
  $("#customer-cancel", root).addEventListener("click", close);
  form.addEventListener("keydown", (event) => event.key === "Escape" && close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const number = pop.offer?.number;
    if (!number) return;
    const changed = { name: field("name").value.trim(), sort: field("sort").value, note: field("note").value.trim(), first_agent: pop.offer.customer?.first_agent ?? null };
    try {
      await ask("PUT", `/api/v1/customers/${encodeURIComponent(number)}`, changed);
      if (pop.offer?.number === number) pop.customer(changed);
      close();
    } catch (error) {
      say(told, sorry(error));
    }
  });

  function close() {
    show(form, false);
    $("#customer-edit", root).focus();
  }

  return { close: () => show(form, false) };
}
