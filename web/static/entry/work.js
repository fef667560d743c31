// The wiring of the agent's page: live events to the pop, the ticket, the state line and the
// phone, and back. Each part keeps its own business; this file only introduces them.

import { ask } from "../page/asking.js";
import { $, say, show } from "../page/dom.js";
import { PAGE, listen } from "../page/live.js";
import { sorry } from "../page/sorry.js";
import { t } from "../page/words.js";
import { makePanel } from "../phone/panel.js";
import { bring, makePhone, recall } from "../phone/phone.js";
import { alone } from "../work/alone.js";
import { makeCustomer } from "../work/customer.js";
import { drawn, tellSeen } from "../work/drawn.js";
import { makeFetching } from "../work/fetching.js";
import { makeKnowledge } from "../work/knowledge.js";
import { makeHand } from "../work/hand.js";
import { guardLeaving } from "../work/leaving.js";
import { makeCallbacks } from "../work/callback.js";
import { makePop } from "../work/pop.js";
import { makeWords } from "../work/say.js";
import { makeState } from "../work/state.js";
import { makeTicket, sendLeftovers } from "../work/ticket.js";
import { makeTrouble } from "../work/trouble.js";
import { makeUnfinished } from "../work/unfinished.js";
import { makeVisit } from "../work/visit.js";

const root = $("#desk");
const me = root.dataset.me;
const words = makeWords($("#words-title"), $("#words-now"));
const pop = makePop(root, words);
const customer = makeCustomer(root, pop);
const ticket = makeTicket($("#ticket"), me);
const visit = makeVisit($("#visit"));
const callbacks = makeCallbacks($("#ticket"), ticket);
const knowledge = makeKnowledge($("#knowledge"), () => current || over || "");
const unfinished = makeUnfinished(root, me, {
  ticket,
  caller: () => current || (pop.offer?.call === over ? over : ""),
  changed: callbacks.clear,
});
const trouble = makeTrouble(root, () => phone.again());
const state = makeState(root, { signedOff, finished, problem: (text) => panel.told(text, "bad") });
const phone = makePhone($("#remote"), me, phoneChanged);
const panel = makePanel($("#phone"), phone, {
  call: () => current,
  seat: () => state.duty?.seat,
  isBrowser,
  held: (call, on) => heard.hold({ call, on }),
  lend: (call) => (lent = call),
  passing: (call) => (passing = call),
});
let current = ""; // the call that is on, by our own id
let over = ""; // the call that ended last
let passing = ""; // the call that is, or was, handed over to a colleague
let connected = false; // this page's phone has its seat
let beginning = false;
let here = true; // this window has the phone, no other

const SEAT = "thirdring.kind";
const TITLE = document.title;
const [SAME_CLOCK_MS, DEAF_MS, LEFTOVERS_MS] = [1000, 1000, 5000];
const COMES_BACK = new Set(["reunite", "moved"]); // ways of being parted from a caller
const PASSED_ON = new Set(["transfer", "handed_over"]);
let lent = ""; // the call in which the system speaks in our place
let lost = recall(me); // the call that a reload, or another window, took from us
let hush = () => {}; // ends the line of live events
let clockSkew = 0; // of this machine, against the server

function isBrowser() {
  return !state.duty?.seat || state.duty.seat.startsWith("w");
}

// --- work begins and ends ---

async function begin(kind, number = "") {
  if (beginning) return;
  beginning = true;
  say($("#begin-problem"), "");
  try {
    const body = kind === "phone" ? { kind, phone: number } : { kind, page: PAGE };
    const seat = await ask("POST", "/api/v1/duty", body);
    if (seat.elsewhere) return elsewhere();
    sessionStorage.setItem(SEAT, JSON.stringify([kind, number]));
    if (!state.duty) state.put({ state: "ready", reason: "", since: new Date().toISOString(), ...seat });
    if (kind === "browser" && !connected) plug(seat);
  } catch (error) {
    sessionStorage.removeItem(SEAT);
    say($("#begin-problem"), sorry(error, { 409: "work.taken" }));
  } finally {
    beginning = false;
    paint();
  }
}

/** The server was away, and knows of no phone: it is in this window, unless another has it now. */
async function claim() {
  const seat = await ask("POST", "/api/v1/duty", { kind: "browser", page: PAGE }).catch(() => null);
  if (seat?.elsewhere) elsewhere();
}

/** Another window has the phone. A call that is on is ended by the switch, never by us. */
function elsewhere() {
  if (!here) return;
  if (ticket.call === current) ticket.close(); // it goes where the call goes
  here = connected = false;
  current = lost = "";
  hush();
  phone.tell({ name: "moved" });
  unfinished.setAside({ evenEmpty: false });
  pop.clear();
  visit.close();
  panel.others([]);
  if (phone.state.call) panel.told(t("work.moved_away"));
  paint();
}

function plug(seat) {
  connected = true;
  phone.sound.open();
  phone.connect(seat);
}

function signedOff() {
  connected = false;
  sessionStorage.removeItem(SEAT);
  phone.off();
  state.put(null);
  paint();
}

/** The agent is done with the last call: nobody is to take it for the next one. */
function finished() {
  if (current) return;
  unfinished.setAside({ evenEmpty: false });
  pop.clear();
  visit.close();
}

// --- what the server tells ---

const heard = {
  state(whole) {
    const skew = Date.now() - Date.parse(whole.at);
    clockSkew = Math.abs(skew) > SAME_CLOCK_MS ? skew : 0;
    if (connected && isBrowser()) claim();
    if (whole.duty || whole.connected) dutyIs(whole.duty ?? null);
    if (whole.offer) offered(whole.offer);
    if (whole.talking) talking({ ...whole.talking, held: whole.held });
    // A service that has just started may not know yet of the call that we talk in.
    else if (current && whole.connected && phone.state.call?.id !== current) ended({ call: current });
  },
  offer: offered,
  offer_gone({ call }) {
    if (pop.offer?.call !== call || current === call) return;
    if (pop.offer.consulted_by) pop.clear(); // it was a colleague's question, no caller of ours
    else pop.gone();
  },
  talking,
  participants({ call, participants }) {
    if (call === current) panel.others(participants);
  },
  call_ended({ call, parted }) {
    if (call !== current && call !== over) return;
    if (parted.startsWith("script-") || COMES_BACK.has(parted)) lent = call;
    if (COMES_BACK.has(parted)) phone.expect((lost = call));
    if (PASSED_ON.has(parted)) passing = call;
    if (call === current) ended({ call });
    else if (parted) tellEnd(call); // our phone knew first that it ended, not why
  },
  moved: elsewhere,
  duty: dutyIs,
  hold({ call, on }) {
    if (call !== current) return;
    if (!isBrowser()) panel.deskCall({ ...deskTalk, held: on });
    if (on) words.holding();
    else words.back();
    paint();
  },
  problem: ({ text }) => panel.told(text, "bad"),
  recording: panel.recording,
};
let deskTalk = null;

function dutyIs(duty) {
  state.put(duty);
  if (state.duty && isBrowser() && !connected && here) begin("browser");
  if (!state.duty && connected && !phone.state.call) signedOff(); // a call under way goes on
  paint();
}

/** A call by our own id has a caller; a colleague who rings has none. */
function isCaller({ call }) {
  return /^[0-9a-f-]{36}$/i.test(call);
}

function offered(offer) {
  if (!isCaller(offer)) return;
  if (current && current !== offer.call) return; // nobody takes the place of who is on the line
  const first = pop.offer?.call !== offer.call;
  if (first) customer.close();
  if (first && ticket.call !== offer.call) unfinished.setAside();
  visit.offered(offer);
  pop.put({ ...offer, tickets: (offer.tickets ?? []).filter((each) => each.number !== ticket.draft?.number) });
  panel.who(offer.number);
  if (offer.consulted_by && offer.ticket) ask("GET", `/api/v1/tickets/${encodeURIComponent(offer.ticket)}`).then(pop.written).catch(() => {});
  if (first && current !== offer.call) drawn(() => seen(offer));
}

function seen(offer) {
  phone.tell({ name: "popped", call: offer.call });
  tellSeen(offer, clockSkew);
}

function talking(talk) {
  if (!isCaller(talk)) return;
  const fresh = current !== talk.call;
  current = talk.call;
  lent = passing = "";
  pop.talking();
  if (talk.participants) panel.others(talk.participants);
  panel.recording({ call: talk.call, left_s: talk.recording_left_s });
  if (isBrowser()) phone.tell({ name: "belongs", call: talk.call });
  if (fresh) {
    if (lost === talk.call) words.reunited();
    else words.talking();
    panel.told("");
    callbacks.clear();
    setTimeout(() => sendLeftovers(me, current), LEFTOVERS_MS);
  }
  if (fresh && ticket.call !== talk.call) unfinished.setAside();
  if (!unfinished.now) unfinished.open(talk.call);
  if (!isBrowser()) {
    deskTalk = { since: Date.parse(talk.at) || Date.now(), held: Boolean(talk.held) };
    panel.deskCall(deskTalk);
  }
  paint();
}

function ended({ call }) {
  if (call !== current) return;
  current = "";
  over = call;
  deskTalk = null;
  panel.deskCall(null);
  panel.others([]);
  panel.who("");
  paint();
  if (unfinished.now) unfinished.back();
  tellEnd(call);
}

/** Say how it ended, and what is to be said and written now. */
function tellEnd(call) {
  if (lent === call) return pop.lent(lost === call); // the caller may come back
  if (passing === call) {
    pop.passed(); // he is with a colleague: nobody says goodbye
    return words.passed();
  }
  pop.ended();
  words.ended();
  ticket.wrapUp(call);
}

makeFetching({
  seen: () => ({ call: current, talks: Boolean(current) && here && connected, ready: phone.state.line === "ready", has: Boolean(phone.state.call) }),
  fetching(call) {
    panel.told(t("phone.returning"));
    phone.expect((lost = call));
  },
  ended: (call) => ended({ call }),
});

// --- what the phone tells ---

function phoneChanged(now, before) {
  trouble.phone(now);
  if (isDeaf(now) && !isDeaf(before)) setTimeout(pauseIfDeaf, DEAF_MS);
  if (now.call && !before.call) {
    panel.who(now.call.id ? (pop.offer?.number ?? now.call.from) : now.call.from);
    if (!now.call.id) panel.colleague(now.call.from);
  }
  const asked = pop.offer?.call === now.call?.id && pop.offer?.consulted_by; // the caller is not there yet
  if (now.call?.step === "talking" && before.call?.step !== "talking" && now.call.id && !asked) {
    talking({ call: now.call.id });
    lost = "";
  }
  if (!now.call && before.call && current === before.call.id) ended({ call: current });
  if (!now.call && before.call && !state.duty && connected) signedOff();
  paint();
}

const isDeaf = ({ microphone }) => microphone === "refused" || microphone === "missing";

function pauseIfDeaf() {
  if (isDeaf(phone.state) && !phone.state.call) state.pauseFor("microphone");
}

function inCall() {
  return Boolean(current || phone.state.call);
}

function paint() {
  const at = Boolean((here && state.duty) || phone.state.call);
  show($("#begin"), !at);
  show($("#phone"), at);
  show($("#elsewhere"), !here);
  show($("#begin-ways"), here);
  if (inCall()) document.body.dataset.call = current || "on";
  else delete document.body.dataset.call;
  panel.paint();
  const is = panel.shown();
  document.title = is === "ringing" ? `☎ ${pop.offer?.number ?? ""}` : TITLE;
  state.phoneIs(is, phone.state.call?.since ?? deskTalk?.since, isBrowser() && (lost !== "" || Boolean(current && !phone.state.call)));
}

// --- the hand on the keyboard ---

makeHand({ panel, ticket, knowledge, state });
$("#begin-browser")?.addEventListener("click", () => begin("browser"));
$("#begin-phone")?.addEventListener("submit", (event) => {
  event.preventDefault();
  begin("phone", $("#begin-phone-number").value);
});
guardLeaving({
  atWork: () => Boolean(state.duty || phone.state.call),
  inCall,
  refused: () => panel.told(t("work.call_first"), "bad"),
});

// --- the page begins ---

alone({
  async mine() {
    here = true;
    if (lost) panel.told(t("phone.returning"));
    const kept = JSON.parse(sessionStorage.getItem(SEAT) ?? "null");
    hush = listen(heard, trouble.line);
    if (kept) await begin(...kept);
    sendLeftovers(me, lost);
    paint();
  },
  taken: elsewhere,
  useHere: $("#use-here"),
  async move() {
    const { call } = await ask("POST", "/api/v1/duty/move");
    bring(me, call);
  },
  refused: (error) => say($("#elsewhere-problem"), sorry(error, { 409: "work.not_moved" })),
});
paint();
