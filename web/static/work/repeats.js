// The same complaint once more (TKT-13): open tickets of the caller that say what is being typed are
// offered beside the ticket; nothing happens unless the agent chooses.

import { ask } from "../page/asking.js";
import { el, fill } from "../page/dom.js";
import { t, when } from "../page/words.js";

const path = (number) => `/api/v1/tickets/${encodeURIComponent(number)}/repeats`;

/** Make what is offered at a place; `version` tells upon which version of the ticket it is asked, and
 * `moved` is given the ticket as it is afterwards. */
export function makeRepeats(place, version, moved) {
  let of = "";

  /** Look for what may be the same complaint as a ticket; no answer leaves the place empty. */
  async function look(number) {
    of = number;
    const found = await ask("GET", path(number)).catch(() => null);
    if (of === number) paint(number, found ?? { alike: [] });
  }

  function paint(number, { first, how, alike }, fault = "") {
    const told = fault ? [el("p", { class: "bad small", role: "alert" }, t(fault))] : [];
    if (first) {
      const undo = el("button", { type: "button", class: "plain", onclick: () => does(number, "/undo") }, t("ticket_repeat.undo"));
      fill(place, el("p", { class: "small" }, t(`ticket_repeat.is_${how}`), " ", link(first), " ", undo), ...told);
    } else {
      const title = alike.length ? [el("p", { class: "small" }, el("strong", {}, t("ticket_repeat.title")))] : [];
      fill(place, ...title, ...alike.map((each) => offer(number, each)), ...told);
    }
  }

  function offer(number, each) {
    const linked = () => does(number, "", { first: each.number, how: "linked", version: version() });
    const said = [when(each.created_at), t(`ticket.kind_${each.kind}`), each.business, each.nature, (each.body ?? "").slice(0, 40)];
    return el(
      "p", { class: "small" }, link(each.number), ` ${said.filter(Boolean).join(" · ")} `,
      el("button", { type: "button", class: "plain", onclick: linked }, t("ticket_repeat.do_linked")),
    );
  }

  async function does(number, what, given) {
    const after = await ask("POST", path(number) + what, given).catch(() => null);
    if (after) moved(after);
    const found = await ask("GET", path(number)).catch(() => ({ alike: [] }));
    if (of === number) paint(number, found, after ? "" : "ticket_repeat.fault_late");
  }

  function clear() {
    of = "";
    fill(place);
  }

  return { look, clear };
}

const link = (number) => el("a", { href: `/tickets/${encodeURIComponent(number)}#repeats` }, number);
