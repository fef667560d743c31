// Owns a page that may have to shout: what changes comes over /live, and what nobody has seen to is
// seen and heard until somebody does, or asks for silence; whatever comes after that is heard again.
import { $ } from "../page/dom.js";
import { listen } from "../page/live.js";
import { Siren } from "./siren.js";

/**
 * Watch a board that tells in data-shouting how many things on it shout.
 * @param {string} board its selector
 * @param {string} event what /live calls a change; htmx hears it as `thirdring:…`
 */
export function watch(board, event) {
  const siren = new Siren();
  let silenced = 0; // so many were shouting when somebody asked for silence

  function paint() {
    const shouting = Number($(board).dataset.shouting);
    if (shouting < silenced) silenced = shouting;
    $("#alarm").hidden = shouting === 0;
    $("#quiet").hidden = shouting <= silenced;
    siren.sound(shouting > silenced);
  }

  document.body.addEventListener("htmx:afterSettle", paint);
  document.body.addEventListener("click", ({ target }) => {
    if (target.id !== "quiet") return;
    silenced = Number($(board).dataset.shouting);
    paint();
  });
  listen(
    { [event]: () => document.body.dispatchEvent(new Event(`thirdring:${event.replace("_", "-")}`)) },
    (open) => {
      $("#line").hidden = open;
    },
  );
  paint();
}
