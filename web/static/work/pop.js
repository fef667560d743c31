// The screen pop: who calls and what we know, before the phone rings (GRT-3). Everything a
// caller sent is put in as text. Nothing moves when it changes: each fact has its place.

import { $, el, fill, say, show } from "../page/dom.js";
import { lasting, t, tOr, when } from "../page/words.js";

const WARM = { large: "warm", important: "warm", dedicated: "warm" };

export function makePop(root, words) {
  const at = (id) => $(`#pop-${id}`, root);
  let offer = null;
  let before = 0; // seconds to read until the phone rings, as was told last

  function put(given) {
    const fresh = offer?.call !== given.call;
    offer = given;
    show(at("empty"), false);
    show(at("full"), true);
    const customer = given.customer ?? {};
    say(at("number"), given.number || t("pop.anonymous"));
    say(at("name"), customer.name || given.name || t("pop.unknown"));
    const sort = customer.sort ?? "normal";
    say(at("sort"), t(`pop.sort_${sort}`));
    at("sort").className = `tag ${WARM[sort] ?? ""}`;
    say(at("note"), customer.note ?? "");
    say(at("topic"), t(`pop.topic_${given.topic || "unknown"}`));
    say(at("waited"), lasting(given.waited_s ?? 0));
    say(at("language"), tOr(`pop.language_${given.language || "zh"}`, given.language));
    fill(at("reasons"), ...(given.reasons ?? []).map(reason));
    asked(given);
    list(at("callbacks"), given.callbacks, callback, "pop.no_callbacks");
    list(at("tickets"), given.tickets, ticket, "pop.no_tickets");
    list(at("calls"), given.calls, call, "pop.no_calls");
    if (fresh) words.offered(given.script ?? []); // else what the database knew came a moment later
    else if (given.rings_in_s === before) return;
    before = given.rings_in_s;
    if (before) at("state").replaceChildren(t("visit.preview", { seconds: Math.round(before) }));
    else moment("ringing", "warm");
  }

  /** Who asks about this caller, and what is written of him so far: before the lift. */
  function asked({ consulted_by: by, ticket: number, how }) {
    show(at("asked"), Boolean(by));
    if (!by) return;
    say(at("asked-who"), t(how === "conference" ? "pop.wants_you_in" : "pop.asks_you", { who: `${by.number} ${by.name}`.trim() }));
    say(at("asked-ticket"), number ? t("ticket.number", { number }) : t("pop.no_ticket_yet"));
    say(at("asked-body"), "");
  }

  function moment(word, look) {
    say(at("state"), word ? tOr(`state.${word}`, t(`pop.${word}`)) : "");
    at("state").className = `tag ${look}`;
  }

  return {
    put,
    get offer() { return offer; },
    talking: () => { moment("talking", "busy"); },
    lent: (returns) => moment(returns ? "returning" : "system_speaks", "busy"),
    gone: () => moment("gone", ""),
    ended: () => moment("just_ended", "good"),
    passed: () => moment("passed", "good"),
    /** Show what the ticket says of which a colleague asks. */
    written(ticket) {
      if (offer?.ticket !== ticket.number) return;
      const body = [ticket.body, ticket.answer].filter(Boolean).join(" → ");
      say(at("asked-ticket"), `${t("ticket.number", { number: ticket.number })} · ${t(`ticket.kind_${ticket.kind}`)}`);
      say(at("asked-body"), body);
    },
    clear() {
      offer = null;
      show(at("full"), false);
      show(at("empty"), true);
    },
    customer(changed) {
      if (!offer) return;
      offer.customer = { ...offer.customer, ...changed };
      const before = offer;
      say(at("name"), changed.name || before.name || t("pop.unknown"));
      say(at("sort"), t(`pop.sort_${changed.sort}`));
      at("sort").className = `tag ${WARM[changed.sort] ?? ""}`;
      say(at("note"), changed.note ?? "");
    },
  };
}

function list(place, things, line, nothing) {
  if (things?.length) fill(place, ...things.map((each) => el("li", {}, ...line(each))));
  else fill(place, el("li", { class: "quiet" }, t(nothing)));
}

function reason(given) {
  const [clause, ...details] = String(given).split(":"); // as in QUE-3:20261122-00007:1001
  if (clause === "CBK-1" || clause === "CBK-3") return el("span", { class: "tag warm" }, tOr(`pop.calls_back_${details[0]}`, clause));
  const word = tOr(`pop.reason_${clause.toLowerCase().replace("-", "")}`, clause);
  const detail = clause === "QUE-1" ? "" : ` ${details.join(" · ")}`;
  return el("span", { class: "tag warm" }, word + detail);
}

function callback(each) {
  const late = new Date(each.due_at) < new Date();
  return [
    el("strong", { class: late ? "bad" : "" }, late ? t("pop.overdue") : t("pop.due", { when: when(each.due_at) })),
    el("span", { class: "text", title: each.note ?? "" }, each.note ?? ""),
  ];
}

function ticket(each) {
  return [
    el("a", { href: `/tickets/${encodeURIComponent(each.number)}` }, t(`ticket.kind_${each.kind}`)),
    el("span", { class: "text", title: each.body ?? "" }, each.body ?? ""),
    el("span", { class: "quiet small" }, when(each.created_at ?? each.due_at)),
  ];
}

function call(each) {
  const outcome = each.disposition ?? "other";
  return [
    el("span", {}, when(each.at ?? each.ring_started)),
    el("span", { class: "text" }, each.topic ? t(`pop.topic_${each.topic}`) : ""),
    el("span", { class: "quiet small" }, [tOr(`pop.outcome_${outcome}`, t("pop.outcome_other")), each.agent ?? ""].join(" ")),
  ];
}
