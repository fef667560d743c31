// The pages of campaigns while they are open: what moves comes over /live, a stop asks twice, a
// list that is too large is refused before it is sent, and only the fields of a kind are shown.
import { $, $$, show } from "../page/dom.js";
import { listen } from "../page/live.js";
import { sure } from "../pages/sure.js";

const state = $("#state");
const known = new Map(); // what was told last of each campaign, by id

function moved(campaigns) {
  const own = state.dataset.campaign ?? $("#state").dataset.campaign;
  let changed = false;
  for (const each of campaigns) {
    const told = `${each.state} ${each.over} ${each.calling}`;
    if (own && String(each.id) !== own) continue;
    if (known.get(each.id) !== told) changed = true;
    known.set(each.id, told);
  }
  if (changed) refresh();
}

let later = 0;

/** Have the page drawn anew, but not under a button that has just asked whether one is sure. */
function refresh() {
  clearTimeout(later);
  if (document.querySelector("button[data-asked]")) later = setTimeout(refresh, 500);
  else document.body.dispatchEvent(new Event("thirdring:campaigns"));
}

if (state) {
  listen(
    { campaigns: (data) => moved(data.campaigns) },
    (open) => {
      const line = $("#line");
      if (line) line.hidden = open;
    },
  );
}

document.body.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-sure]");
  if (button && !sure(button)) event.preventDefault();
});

const bring = $("#bring");
bring?.addEventListener("submit", (event) => {
  const [file] = bring.elements.file.files;
  const fault = $("#fault-file");
  if (!file || file.size <= Number(bring.dataset.largest)) return;
  event.preventDefault();
  fault.textContent = fault.dataset.tooLarge;
  fault.hidden = false;
});

const kind = $("#plan select[name=kind]");
function paint() {
  for (const part of $$("#plan [data-kind]")) show(part, part.dataset.kind.split(" ").includes(kind.value));
  const mode = $("#plan input[name=mode]:checked")?.value;
  for (const part of $$("#plan [data-mode]")) show(part, part.dataset.mode === mode);
}
if (kind) {
  kind.addEventListener("change", paint);
  paint();
}
