// The ticket list: rows are selected by click, Shift-click and keys. A bulk goes on by itself.
import { $, $$, say } from "../page/dom.js";

const WRITING = "input:not([type=checkbox]), select, textarea";
const bar = $("[data-bulk]");
const boxes = $$("input[name=pick]");
let last = -1; // the row that was selected last: a range begins there

function paint() {
  const count = boxes.filter((box) => box.checked).length;
  for (const box of boxes) box.closest("tr").classList.toggle("picked", box.checked);
  say($("[data-count]", bar), bar.dataset.words.replace("#", String(count)));
  const all = $("[data-pick-all]");
  if (all) {
    all.checked = count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  }
}

function choose(at, checked, range) {
  const from = range && last >= 0 ? last : at;
  for (let each = Math.min(from, at); each <= Math.max(from, at); each += 1) boxes[each].checked = checked;
  last = at;
  paint();
}

function clicked(event) {
  const row = event.target.closest("tr");
  const box = row && $("input[name=pick]", row);
  if (!box || event.target.closest("a, button, label")) return;
  const at = boxes.indexOf(box);
  if (event.target === box) return choose(at, box.checked, event.shiftKey);
  if (getSelection().toString()) return; // somebody marks text
  box.focus({ preventScroll: true });
  choose(at, !box.checked, event.shiftKey);
}

function pressed(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest(WRITING)) return;
  const at = boxes.findIndex((box) => box.closest("tr").contains(document.activeElement));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = boxes[at < 0 ? 0 : at + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  } else if (at >= 0 && (event.key === "x" || event.key === "X" || event.key === " ")) {
    if (event.key === " " && event.target.closest("a, button")) return;
    event.preventDefault();
    choose(at, !boxes[at].checked, event.shiftKey);
  }
}

if (bar) {
  const table = boxes[0]?.closest("table");
  table?.addEventListener("click", clicked);
  // A range is no marked text.
  table?.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault());
  $("[data-pick-all]")?.addEventListener("change", ({ target }) => {
    for (const box of boxes) box.checked = target.checked;
    paint();
  });
  document.addEventListener("keydown", pressed);
  paint();
}

$("[data-goes-on]")?.requestSubmit();
