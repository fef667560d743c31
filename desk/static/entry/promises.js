// Owns the page of promised calls while it is open: what changes comes over /live, and a promise that
// is late, or that somebody must decide about, is seen and heard until somebody does.
import { $ } from "../page/dom.js";
import { listen } from "../page/live.js";
import { Siren } from "../pages/siren.js";

const siren = new Siren();
let silenced = 0; // so many were shouting when somebody asked for silence

function paint() {
  const shouting = Number($("#promised").dataset.shouting);
  if (shouting < silenced) silenced = shouting;
  $("#alarm").hidden = shouting === 0;
  $("#quiet").hidden = shouting <= silenced;
  siren.sound(shouting > silenced);
}

document.body.addEventListener("htmx:afterSettle", paint);
document.body.addEventListener("click", (event) => {
  if (event.target.id !== "quiet") return;
  silenced = Number($("#promised").dataset.shouting);
  paint();
});

listen(
  { promises: () => document.body.dispatchEvent(new Event("thirdring:promises")) },
  (open) => {
    $("#line").hidden = open;
  },
);
paint();
