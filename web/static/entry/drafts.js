// What is typed into a long form until it is saved: kept in this tab, so that neither a reload
// nor a session that ended loses a word. A page that says it was saved lets the draft go.
import { $$ } from "../page/dom.js";

const KEPT = "draft:";
const fields = (form) => [...form.elements].filter((each) => each.name && each.name !== "csrf");

for (const told of $$("[data-saved]")) sessionStorage.removeItem(KEPT + told.dataset.saved);

for (const form of $$("form[data-draft]")) {
  const key = KEPT + form.dataset.draft;
  const kept = sessionStorage.getItem(key);
  // What the server sends back with a fault is newer than the draft.
  if (kept && !form.querySelector("[role=alert]")) restore(form, JSON.parse(kept));
  form.querySelector("a")?.addEventListener("click", () => sessionStorage.removeItem(key));
  form.addEventListener("input", () => sessionStorage.setItem(key, JSON.stringify(typed(form))));
}

function typed(form) {
  const value = (each) => (each.type === "checkbox" ? each.checked : each.value);
  return Object.fromEntries(fields(form).map((each) => [each.name, value(each)]));
}

function restore(form, texts) {
  for (const each of fields(form)) {
    if (!(each.name in texts)) continue;
    if (each.type === "checkbox") each.checked = texts[each.name];
    else each.value = texts[each.name];
  }
}
