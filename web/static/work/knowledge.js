// The search in the knowledge base during a call (TKT-15). What is read lies over what was
// before, beside the ticket that is being written: nothing moves under the hands.

import { ask } from "../page/asking.js";
import { $, el, fill, say, show } from "../page/dom.js";
import { t } from "../page/words.js";

const AFTER_MS = 200; // of not typing

/** `callId()` gives the call in which an answer helps, or nothing. */
export function makeKnowledge(root, callId = () => "") {
  const input = $("#knowledge-ask", root);
  const found = $("#knowledge-found", root);
  const entry = $("#knowledge-entry");
  const helped = $("#knowledge-helped");
  const thanks = $("#knowledge-thanks");
  let open_one = null; // the entry that is read
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
  entry.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
    if (plain && event.key.toLowerCase() === "h") help();
  });
  helped.addEventListener("click", help);

  async function help() {
    const one = open_one;
    if (!one) return;
    try {
      await ask("POST", `/api/v1/knowledge/${one.id}/helped`, { call_id: callId() || null });
      if (one === open_one) say(thanks, t("knowledge.thanks"));
    } catch {
      if (one === open_one) say(thanks, t("common.failed"));
    }
  }

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
    open_one = item;
    say(thanks, "");
    say($("#knowledge-title"), item.title);
    const season = standing(item);
    say($("#knowledge-standing"), season ? t(`knowledge.${season}`) : "");
    show($("#knowledge-standing"), Boolean(season));
    say($("#knowledge-body"), item.body);
    show(entry, true);
    entry.focus();
  }

  /** Whether an answer is not valid yet or no more, by the browser's day. */
  function standing({ valid_from: from, valid_until: until }) {
    const now = new Date();
    const today = new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
    if (from && today < from) return "not_yet";
    return until && today > until ? "over" : "";
  }

  function close({ focus = true } = {}) {
    show(entry, false);
    if (focus) input.focus();
  }

  return { focus: () => { input.focus(); input.select(); } };
}
