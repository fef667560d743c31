// Turns tables into cards on a narrow window: each cell gets the name of its column.
import { $$ } from "./dom.js";

const LEFT_ALONE = "table:not(.as-table):has(thead)";

function label(table) {
  if (table.classList.contains("carded")) return;
  const heads = $$("thead th", table).map((head) => head.textContent.trim());
  for (const row of $$("tbody > tr", table)) {
    [...row.cells].forEach((cell, place) => {
      if (heads[place] && cell.textContent.trim()) cell.dataset.label = heads[place];
    });
  }
  table.classList.add("carded");
}

export function labelTables() {
  for (const table of $$(LEFT_ALONE)) label(table);
}

export function watchTables() {
  labelTables();
  document.body.addEventListener("htmx:afterSettle", labelTables);
}
