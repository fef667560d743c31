// Opening and closing of dialogs and drawers by buttons: data-opens="id", data-closes.
import { $ } from "./dom.js";

export function watchDialogs() {
  document.addEventListener("click", ({ target }) => {
    const opens = target.closest?.("[data-opens]");
    if (opens) $(`#${opens.dataset.opens}`).showModal();
    target.closest?.("[data-closes]")?.closest("dialog")?.close();
  });
}
