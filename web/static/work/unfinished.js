// The tickets that were left behind when the next caller came (待完成): a chip each, kept in
// this browser until somebody has finished them. Beside a caller's data stands that caller's ticket
// and no other: while an old one is written, the pop is covered.

import { $, el, fill, say, show } from "../page/dom.js";
import { t, when } from "../page/words.js";

const KEPT = "thirdring.unfinished.";
const MOST = 20;

/** `caller()` is the call whose caller is on screen; `changed()` hears of another ticket in the form. */
export function makeUnfinished(root, me, { ticket, caller, changed }) {
  const row = $("#to-finish", root);
  const cover = $("#pop-finishing", root);
  const key = KEPT + me;
  let now = null; // the chip whose ticket is in the form

  $("#finishing-back", root).addEventListener("click", back);
  $("#finishing-none", root).addEventListener("click", () => {
    done(now?.call);
    ticket.close();
    back();
  });

  /** Clear the form for another caller; what is not finished becomes a chip. */
  function setAside({ evenEmpty = true } = {}) {
    const left = ticket.aside();
    const chip = now?.call === left?.call ? now : { at: new Date().toISOString() };
    covers(null);
    changed();
    if (!left) return;
    const { call, number, name, waits, empty } = left;
    if (!waits) done(call);
    else if (evenEmpty || !empty) write([...others(call), { ...chip, call, ticket: left.ticket, number: number || chip.number, name }]);
  }

  /** Show the caller on screen again, and that caller's ticket. */
  function back() {
    setAside();
    if (caller()) open(caller());
  }

  function finish(chip) {
    if (ticket.call !== chip.call) setAside();
    covers(chip);
    open(chip.call);
  }

  /** Open a ticket in the form; it waits no longer as a chip, unless it is an old one. */
  function open(call) {
    ticket.open(call);
    if (call !== now?.call) done(call);
  }

  function done(call) {
    write(others(call));
  }

  function covers(chip) {
    now = chip;
    say($("#finishing-who", root), chip?.number || t("pop.anonymous"));
    say($("#finishing-name", root), chip ? [chip.name, when(chip.at)].filter(Boolean).join(" · ") : "");
    show(cover, Boolean(chip));
    paint();
  }

  function paint() {
    const chips = read();
    fill(row, chips.length ? el("span", { class: "small quiet" }, t("ticket.to_finish")) : null, ...chips.toReversed().map(button));
  }

  function button(chip) {
    const about = [t("ticket.finish"), chip.name, when(chip.at), chip.ticket].filter(Boolean).join(" · ");
    const shown = `${chip.name || chip.number || t("pop.anonymous")} ${when(chip.at)}`;
    return el("button", { type: "button", class: "chip", title: about, "data-chip": chip.call, "aria-pressed": String(chip.call === now?.call), onclick: () => finish(chip) }, shown);
  }

  function others(call) {
    return read().filter((each) => each.call !== call);
  }

  function read() {
    try {
      return JSON.parse(localStorage.getItem(key)) ?? [];
    } catch {
      return [];
    }
  }

  function write(chips) {
    localStorage.setItem(key, JSON.stringify(chips.slice(-MOST)));
    paint();
  }

  ticket.settles(done);
  paint();
  return { setAside, back, open, get now() { return now; } };
}
