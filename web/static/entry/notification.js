// The pages of emergency notifications while they are open: what changes comes over /live, and what
// begins or ends a notice asks for a second click.
import { $ } from "../page/dom.js";
import { listen } from "../page/live.js";
import { sure } from "../pages/sure.js";

document.addEventListener("click", (event) => {
  if (event.target.closest("#print")) window.print();
  const button = event.target.closest("button[data-sure]");
  if (button && !sure(button)) event.preventDefault();
});

// A button that asks for the second click, and a message that is listened to, are left alone.
const busy = () =>
  $("button[data-asked]") !== null || [...document.querySelectorAll("audio")].some((each) => !each.paused);

let waits = 0;
function look() {
  clearTimeout(waits);
  if (busy()) waits = setTimeout(look, 500);
  else document.body.dispatchEvent(new Event("thirdring:incidents"));
}

listen({ incidents: look }, (open) => {
  $("#line").hidden = open;
});
