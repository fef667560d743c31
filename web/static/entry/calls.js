// The keys on pages with a table of records: / to search, arrows to move, Enter to open.

const table = document.querySelector("table[data-rows]");
const box = document.querySelector("form.finder input");

function links() {
  return table ? [...table.querySelectorAll("tbody tr td:first-child a")] : [];
}

function move(step) {
  const all = links();
  const at = all.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
  if (next < 0) box?.focus();
  else all[next]?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const writing = event.target.closest("input, select, textarea");
  if (event.key === "/" && !writing) {
    event.preventDefault();
    box?.select();
  } else if (event.key === "ArrowDown" && (!writing || writing === box)) {
    event.preventDefault();
    move(1);
  } else if (event.key === "ArrowUp" && !writing) {
    event.preventDefault();
    move(-1);
  } else if (event.key === "Escape" && writing) {
    writing.blur();
  }
});

// The box keeps what was typed; the next number replaces it at once.
if (box?.value) box.select();
