// Owns the page of wake-ups while it is open: what changes comes over /live, and a guest whom nobody
// woke is seen and heard until somebody says so.
import { $ } from "../page/dom.js";
import { listen } from "../page/live.js";
import { Siren } from "../pages/siren.js";

const siren = new Siren();
let silenced = 0; // so many were shouting when somebody asked for silence

function paint() {
  const shouting = Number($("#night").dataset.shouting);
  if (shouting < silenced) silenced = shouting;
  $("#alarm").hidden = shouting === 0;
  $("#quiet").hidden = shouting <= silenced;
  siren.sound(shouting > silenced);
}

document.body.addEventListener("htmx:afterSettle", paint);
document.body.addEventListener("click", (event) => {
  if (event.target.id !== "quiet") return;
  silenced = Number($("#night").dataset.shouting);
  paint();
});

listen(
  { wake_ups: () => document.body.dispatchEvent(new Event("thirdring:wake-ups")) },
  (open) => {
    $("#line").hidden = open;
  },
);
paint();
