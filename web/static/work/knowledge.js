// The search in the knowledge base during a call (TKT-15). What is read lies over what was
// before, beside the ticket that is being written: nothing moves under the hands.

import { ask } from "../page/asking.js";
import { $, el, fill, say, show } from "../page/dom.js";
import { t } from "../page/words.js";

const AFTER_MS = 200; // of not typing

export function makeKnowledge(root) {
  const input = $("#knowledge-ask", root);
  const found = $("#knowledge-found", root);
  const entry = $("#knowledge-entry");
  let timer = 0;
  let asked = 0;

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, AFTER_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") $("button", found)?.focus();
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      $("button", found)?.click();
    }
  });
  found.addEventListener("keydown", (event) => {
    const line = event.target.closest("li");
    const next = { ArrowDown: line?.nextElementSibling, ArrowUp: line?.previousElementSibling }[event.key];
    if (next) $("button", next).focus();
    else if (event.key === "ArrowUp") input.focus();
  });
  $("#knowledge-close").addEventListener("click", close);
  entry.addEventListener("keydown", (event) => event.key === "Escape" && close());

  async function search() {
    const turn = ++asked;
    const words = input.value.trim();
    if (!words) return fill(found);
    let items = [];
    try {
      items = (await ask("GET", `/api/v1/knowledge?q=${encodeURIComponent(words)}&limit=8`)).items;
    } catch {
      items = null;
    }
    if (turn !== asked) return; // a later search has begun
    close({ focus: false });
    if (items?.length) fill(found, ...items.map(line));
    else fill(found, el("li", { class: "quiet" }, t(items ? "knowledge.nothing" : "common.failed")));
  }

  function line(item) {
    return el("li", {}, el("button", { type: "button", class: "plain", onclick: () => open(item) }, item.title));
  }

  function open(item) {
    say($("#knowledge-title"), item.title);
    say($("#knowledge-body"), item.body);
    show(entry, true);
    entry.focus();
  }

  function close({ focus = true } = {}) {
    show(entry, false);
    if (focus) input.focus();
  }

  return { focus: () => { input.focus(); input.select(); } };
}
