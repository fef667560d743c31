// The form in which the agent corrects what is known of a customer.

import { ask } from "../page/asking.js";
import { $, say, show } from "../page/dom.js";
import { sorry } from "../page/sorry.js";

export function makeCustomer(root, pop) {
  const form = $("#customer", root);
  const told = $("#customer-told", root);
  const field = (name) => $(`#customer-${name}`, root);

  let known = null; // what the form was filled with, as it is saved

  $("#customer-edit", root).addEventListener("click", async () => {
    if (!form.hidden) return close();
    const { number, name = "" } = pop.offer ?? {};
    if (!number) return;
    say(told, "");
    try {
      known = await ask("GET", address(number));
    } catch (error) {
      known = null;
      if (error.status !== 404) say(told, sorry(error));
    }
    if (pop.offer?.number !== number) return;
    field("name").value = known?.name || name || "";
    field("sort").value = known?.sort ?? "normal";
    field("note").value = known?.note ?? "";
    show(form, true);
    field("name").focus();
  });
  $("#customer-cancel", root).addEventListener("click", close);
  form.addEventListener("keydown", (event) => event.key === "Escape" && close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const number = pop.offer?.number;
    if (!number) return;
    const changed = { name: field("name").value.trim(), sort: field("sort").value, note: field("note").value.trim(), first_agent: known?.first_agent ?? null, seen: known?.updated_at ?? null };
    try {
      const saved = await ask("PUT", address(number), changed);
      if (pop.offer?.number === number) pop.customer(saved);
      close();
    } catch (error) {
      say(told, sorry(error));
      if (error.status !== 409 || !error.problem.current || pop.offer?.number !== number) return;
      known = error.problem.current; // theirs stands above, what was typed in the form
      pop.customer(known);
    }
  });

  function close() {
    show(form, false);
    $("#customer-edit", root).focus();
  }

  return { close: () => show(form, false) };
}

function address(number) {
  return `/api/v1/customers/${encodeURIComponent(number)}`;
}
