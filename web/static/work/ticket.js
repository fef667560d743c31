// The ticket form beside the call (TKT-1, TKT-3): opened for each answered call, saved as one
// types, kept in this browser until the server has it. What it does to fields is draft.js's matter.

import { ask } from "../page/asking.js";
import { $, $$, el, fill, say, show } from "../page/dom.js";
import { t } from "../page/words.js";
import * as drafts from "./draft.js";
import { makeRepeats } from "./repeats.js";

const KEPT = "thirdring.draft.";
const AFTER_MS = 500; // of not typing
const AGAIN_MS = [1000, 2000, 5000, 10000];

export function makeTicket(form, me) {
  const fields = $("#ticket-fields", form);
  const told = $("#ticket-told", form);
  const missing = $("#ticket-missing");
  const whom = $("#ticket-department-told", form);
  const repeats = makeRepeats($("#ticket-alike", form), () => draft?.version, moved);
  let draft = null;
  let call = "";
  let timer = 0;
  let failures = 0;
  let opening = 0; // counts: what comes back of a save is for the draft that it was sent from
  let settled = () => {}; // hears of a call whose ticket was put aside, and then saved as finished

  form.addEventListener("submit", (event) => event.preventDefault());
  for (const happened of ["input", "change"]) {
    form.addEventListener(happened, ({ target }) => {
      if (!draft || !drafts.FIELDS.includes(target.name)) return;
      draft = drafts.typed(draft, target.name, target.value);
      keep();
      soon(happened === "change" ? 0 : AFTER_MS);
    });
  }

  /** Open the ticket of a call, made now if there is none. */
  async function open(id) {
    if (call === id) return; // a second one, while the first waits for its answer, is the same
    flush();
    opening += 1;
    call = id;
    draft = null;
    failures = 0;
    let ticket = null;
    while (!ticket && call === id) {
      try {
        ticket = await ask("POST", `/api/v1/calls/${encodeURIComponent(id)}/ticket`);
      } catch {
        await new Promise((done) => setTimeout(done, AGAIN_MS[Math.min(failures++, 3)]));
      }
    }
    if (call !== id) return;
    const kept = read(id);
    draft = kept && kept.me === me ? drafts.restored(kept.draft, ticket) : drafts.opened(ticket);
    failures = 0;
    show(missing, false);
    paint();
    fields.disabled = false;
    repeats.look(draft.number);
    soon(0);
  }

  function paint() {
    const page = `/tickets/${encodeURIComponent(draft.number)}`;
    fill($("#ticket-title", form), el("a", { href: page }, t("ticket.number", { number: draft.number })));
    for (const field of drafts.FIELDS) put(field, draft.local[field]);
    fill($("#ticket-conflicts", form), ...Object.entries(draft.conflicts).map(conflict));
    tell();
  }

  function put(field, value) {
    for (const input of $$(`[name="${field}"]`, form)) {
      const choices = input.tagName === "SELECT" ? [...input.options] : null;
      // a class that was retired since it was chosen
      if (value && choices && !choices.some((each) => each.value === value)) input.add(new Option(value, value));
      if (input.type === "radio") input.checked = input.value === value;
      // a blank at the end, which the server drops, stays: more is being typed behind it
      else if (input.value !== value && input.value.trim() !== value) input.value = value;
    }
  }

  function conflict([field, text]) {
    const take = el("button", { type: "button", class: "plain", onclick: () => settle(field, true) }, t("ticket.take_theirs"));
    const leave = el("button", { type: "button", class: "plain", onclick: () => settle(field, false) }, t("common.close"));
    const name = t(`ticket.${{ customer_name: "customer" }[field] ?? field}`);
    return el("p", { class: "conflict small" }, t("ticket.conflict", { field: name, text }), take, leave);
  }

  function settle(field, theirs) {
    draft = drafts.settled(draft, field, { theirs });
    keep();
    paint();
    soon(0);
  }

  function soon(ms) {
    clearTimeout(timer);
    timer = setTimeout(save, ms);
    tell();
  }

  async function save() {
    if (!draft) return;
    const of = opening;
    const [next, body] = drafts.sending(draft);
    if (!body) return;
    draft = next;
    tell();
    let result;
    try {
      const ticket = await ask("PATCH", `/api/v1/tickets/${encodeURIComponent(draft.number)}`, body);
      result = (each) => drafts.accepted(each, ticket);
      failures = 0;
    } catch (error) {
      const current = error.status === 409 ? (error.problem.current ?? error.problem.ticket) : null;
      result = current ? (each) => drafts.conflicted(each, current) : drafts.failed;
      if (!current) failures += 1;
    }
    if (of !== opening || !draft) return;
    draft = result(draft);
    keep();
    paint();
    if (!failures && ["body", "kind", "business", "nature"].some((field) => field in body.fields)) repeats.look(draft.number);
    if (drafts.sending(draft)[1]) soon(failures ? AGAIN_MS[Math.min(failures, 4) - 1] : 0);
  }

  /** The ticket was changed beside what is typed: the next save is made upon that. */
  function moved(ticket) {
    if (draft?.number !== ticket.number) return;
    draft = drafts.conflicted(draft, ticket);
    keep();
    paint();
    if (drafts.sending(draft)[1]) soon(0);
  }

  function keep() {
    if (drafts.unsaved(draft)) localStorage.setItem(KEPT + call, JSON.stringify({ me, draft }));
    else localStorage.removeItem(KEPT + call);
  }

  function tell() {
    const lacks = Boolean(draft && drafts.lacksDepartment(draft));
    say(whom, lacks ? t("ticket.department_missing") : "");
    $("[name=department]", form).setAttribute("aria-invalid", String(lacks));
    if (!draft) return say(told, "");
    const waits = drafts.unsaved(draft);
    say(told, t(failures ? "ticket.unsaved" : lacks ? "ticket.not_dispatched" : waits ? "ticket.saving" : "ticket.saved"));
    told.className = `small ${failures || lacks ? "bad" : "quiet"}`;
  }

  /** Send what is unsaved without waiting for the answer: the page may go away. */
  function flush() {
    const [, body] = draft ? drafts.sending({ ...draft, sending: null }) : [null, null];
    if (!body) return;
    clearTimeout(timer);
    const [of, whole] = [call, !drafts.lacksDepartment(draft)];
    ask("PATCH", `/api/v1/tickets/${encodeURIComponent(draft.number)}`, body, { keepalive: true })
      .then((saved) => { if (whole && saved.state !== "new") settled(of); })
      .catch(() => {});
  }

  /** Ask once for a ticket that nobody wrote anything into (at wrap-up); the server knows if we did. */
  async function wrapUp(of) {
    if (of !== call || !draft || !drafts.isEmpty(draft)) return;
    const { ask: wanted } = await ask("POST", `/api/v1/calls/${encodeURIComponent(of)}/ticket/asked`).catch(() => ({ ask: true }));
    if (of === call && draft && drafts.isEmpty(draft)) show(missing, wanted);
  }

  /** Put the ticket aside; return whose it is, and whether it waits to be finished. */
  function aside() {
    if (!call) return null;
    const { customer_number: number = "", customer_name: name = "" } = draft?.local ?? {};
    const [waits, empty] = draft ? [drafts.isUnfinished(draft), drafts.isEmpty(draft)] : [true, false];
    const left = { call, ticket: draft?.number ?? "", number, name, waits, empty };
    close();
    return left;
  }

  function close() {
    flush();
    draft = null;
    call = "";
    fields.disabled = true;
    form.reset();
    say($("#ticket-title", form), t("ticket.title"));
    show(missing, false);
    fill($("#ticket-conflicts", form));
    repeats.clear();
    tell();
  }

  const focus = () => $("[name=body]", form).focus();
  $("#ticket-write").addEventListener("click", () => { show(missing, false); focus(); });
  $("#ticket-none").addEventListener("click", () => show(missing, false));
  addEventListener("pagehide", flush);
  return { open, close, aside, wrapUp, focus, settles(told) { settled = told; }, get draft() { return draft; }, get call() { return call; } };
}

function read(call) {
  try {
    return JSON.parse(localStorage.getItem(KEPT + call));
  } catch {
    return null;
  }
}

/** Send what earlier pages of this person left unsaved. */
export async function sendLeftovers(me, but) {
  for (const key of Object.keys(localStorage).filter((each) => each.startsWith(KEPT))) {
    const call = key.slice(KEPT.length);
    const kept = read(call);
    if (!kept || kept.me !== me || call === but) continue;
    try {
      const ticket = await ask("POST", `/api/v1/calls/${encodeURIComponent(call)}/ticket`);
      const [, body] = drafts.sending(drafts.restored(kept.draft, ticket));
      if (body) await ask("PATCH", `/api/v1/tickets/${encodeURIComponent(ticket.number)}`, body);
      localStorage.removeItem(key);
    } catch {
      // stays here for the next page
    }
  }
}
