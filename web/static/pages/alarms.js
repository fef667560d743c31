// A page that may raise an alarm: what changes comes over /live, and what nobody has seen to is
// seen and heard until somebody does, or asks for silence; whatever comes after that is heard again.
import { $ } from "../page/dom.js";
import { listen } from "../page/live.js";
import { Siren } from "./siren.js";

/**
 * Watch a board that tells in data-alarms how many alarms there are.
 * @param {string} board its selector
 * @param {string} event what /live calls a change; htmx hears it as `thirdring:…`
 */
export function watch(board, event) {
  const siren = new Siren();
  let silenced = 0; // so many alarms there were when somebody asked for silence

  function paint() {
    const alarms = Number($(board).dataset.alarms);
    if (alarms < silenced) silenced = alarms;
    $("#alarm").hidden = alarms === 0;
    $("#quiet").hidden = alarms <= silenced;
    siren.sound(alarms > silenced);
  }

  document.body.addEventListener("htmx:afterSettle", paint);
  document.body.addEventListener("click", ({ target }) => {
    if (target.id !== "quiet") return;
    silenced = Number($(board).dataset.alarms);
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
