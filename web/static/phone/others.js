// The list of the colleagues who are in the call too, and the key that takes one out of it.

import { $, el, fill, show } from "../page/dom.js";
import { t, tOr } from "../page/words.js";

/** `drop(seat)` takes somebody out; the list changes when the server says so. */
export function makeOthers(root, drop) {
  const list = $("#others", root);

  function line({ seat, number, name, how }) {
    const key = el("button", { type: "button", class: "plain", "data-drop": seat, onclick: () => drop(seat) }, t("phone.drop"));
    return el("li", {}, el("span", { class: "text" }, `${number} ${name}`.trim() || seat), el("span", { class: "small quiet" }, tOr(`phone.how_${how}`, "")), key);
  }

  return {
    put(people) {
      fill(list, ...(people ?? []).map(line));
      show(list, Boolean(people?.length));
    },
  };
}
