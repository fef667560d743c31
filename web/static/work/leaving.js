// The ways in which the agent's page is left: a link, a form, the language, back, reload,
// closing. None of them may end a call: it opens beside, or it waits, or the browser asks.

/**
 * `atWork()` and `inCall()` say how it stands; `refused()` says why something was not done.
 */
export function guardLeaving({ atWork, inCall, refused }) {
  addEventListener("click", ({ target }) => aside(target.closest?.("a[href]")), true);
  addEventListener("auxclick", ({ target }) => aside(target.closest?.("a[href]")), true);
  addEventListener("click", (event) => event.target.closest?.("[data-language]") && stay(event), true);
  addEventListener("submit", (event) => event.target.hasAttribute("action") && stay(event), true);
  for (const dragged of ["dragover", "drop"]) addEventListener(dragged, noPlace);
  addEventListener("beforeunload", (event) => inCall() && event.preventDefault());

  /** Who is at work stays here: a link of any kind opens beside. */
  function aside(link) {
    if (link) link.target = atWork() ? "_blank" : "";
  }

  function stay(event) {
    if (!inCall()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    refused();
  }

  /** A file or a link that is dropped on a page is opened in its place, except into a field. */
  function noPlace(event) {
    if (!event.target.closest?.("input, textarea")) event.preventDefault();
  }
}
