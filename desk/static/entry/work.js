// Owns the wiring of the agent's page: live events to the pop, the ticket, the state line and the
// phone, and back. Each part keeps its own business; this file only introduces them.

import { ask } from "../page/asking.js";
import { $, $$, say, show } from "../page/dom.js";
import { listen } from "../page/live.js";
import { sorry } from "../page/sorry.js";
import { t } from "../page/words.js";
import { makeKeys } from "../phone/keys.js";
import { makePanel } from "../phone/panel.js";
import { makePhone, recall } from "../phone/phone.js";
import { alone } from "../work/alone.js";
import { makeCustomer } from "../work/customer.js";
import { makeKnowledge } from "../work/knowledge.js";
import { makePromises } from "../work/promise.js";
import { makePop } from "../work/pop.js";
import { makeWords } from "../work/say.js";
import { makeState } from "../work/state.js";
import { makeTicket, sendLeftovers } from "../work/ticket.js";
import { makeTrouble } from "../work/trouble.js";
import { makeVisit } from "../work/visit.js";

const root = $("#desk");
const me = root.dataset.me;
const words = makeWords($("#words-title"), $("#words-now"));
const pop = makePop(root, words);
const customer = makeCustomer(root, pop);
const ticket = makeTicket($("#ticket"), me);
const visit = makeVisit($("#visit"));
const promises = makePromises($("#ticket"), ticket);
const knowledge = makeKnowledge($("#knowledge"));
const trouble = makeTrouble(root, () => phone.again());
const state = makeState(root, { signedOff, finished, problem: (text) => panel.told(text, "bad") });
const phone = makePhone($("#remote"), me, phoneChanged);
const panel = makePanel($("#phone"), phone, {
  call: () => current,
  seat: () => state.duty?.seat,
  isBrowser,
  hold,
  lend: (call) => (lent = call),
});
let current = ""; // the call that is on, by our own id
let connected = false; // this page's phone has its seat
let beginning = false;
let here = true; // this window has the phone, no other

const SEAT = "thirdring.kind";
const TITLE = document.title;
const SAME_CLOCK_MS = 1000;
const LONGEST_MS = 60_000; // older is no pop before a ring: the page came in the middle of a call
const DEAF_MS = 1000;
const LEFTOVERS_MS = 5000;
let lent = ""; // the call in which the system speaks in our place
let lost = recall(me); // the call that a reload took from us
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
    const body = kind === "phone" ? { kind, phone: number } : { kind };
    const seat = await ask("POST", "/api/v1/duty", body);
    sessionStorage.setItem(SEAT, JSON.stringify([kind, number]));
    if (!state.duty) state.put({ state: "ready", reason: "", since: new Date().toISOString(), ...seat });
    if (kind === "browser" && !connected) plug(seat);
  } catch (error) {
    sessionStorage.removeItem(SEAT);
    say($("#begin-problem"), sorry(error, { 409: "work.taken" }));
  }
  beginning = false;
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
  pop.clear();
  visit.close();
  ticket.close();
}

// --- what the server tells ---

const heard = {
  picture(picture) {
    const skew = Date.now() - Date.parse(picture.at);
    clockSkew = Math.abs(skew) > SAME_CLOCK_MS ? skew : 0;
    if (picture.duty || picture.connected) dutyIs(picture.duty ?? null);
    if (picture.offer) offered(picture.offer);
    if (picture.talking) talking({ ...picture.talking, held: picture.held });
    // A service that has just started may not know yet of the call that we talk in.
    else if (current && picture.connected && phone.state.call?.id !== current) ended({ call: current });
  },
  offer: offered,
  offer_gone({ call }) {
    if (pop.offer?.call === call && current !== call) pop.gone();
  },
  talking,
  call_ended({ call, parted }) {
    if (call !== current) return;
    if (parted.startsWith("script-") || parted === "reunite") lent = call;
    if (parted === "reunite") lost = call;
    ended({ call });
  },
  duty: dutyIs,
  hold({ call, on }) {
    if (call !== current) return;
    if (!isBrowser()) panel.deskCall({ ...deskTalk, held: on });
    if (on) words.holding();
    else words.back();
    paint();
  },
  problem: ({ text }) => panel.told(text, "bad"),
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
  const first = pop.offer?.call !== offer.call;
  if (first) customer.close();
  visit.offered(offer);
  pop.put({ ...offer, tickets: (offer.tickets ?? []).filter((each) => each.number !== ticket.draft?.number) });
  panel.who(offer.number);
  if (first && current !== offer.call) drawn(() => seen(offer));
}

function seen(offer) {
  phone.tell({ name: "popped", call: offer.call });
  const ms = Math.max(0, Date.now() - clockSkew - Date.parse(offer.at));
  if (ms <= LONGEST_MS) ask("POST", "/live/seen", { call: offer.call, ms }).catch(() => {});
}

/** Call back when what was just changed is on the screen; at once when nobody looks. */
function drawn(then) {
  if (document.hidden) then();
  else requestAnimationFrame(() => setTimeout(then, 0));
}

function talking(talk) {
  if (!isCaller(talk)) return;
  const fresh = current !== talk.call;
  current = talk.call;
  lent = "";
  document.body.dataset.call = talk.call;
  pop.talking();
  if (fresh) {
    if (lost === talk.call) words.reunited();
    else words.talking();
    panel.told("");
    promises.clear();
    setTimeout(() => sendLeftovers(me, current), LEFTOVERS_MS);
  }
  ticket.open(talk.call);
  if (!isBrowser()) {
    deskTalk = { since: Date.parse(talk.at) || Date.now(), held: Boolean(talk.held) };
    panel.deskCall(deskTalk);
  }
  paint();
}

function ended({ call }) {
  if (call !== current) return;
  current = "";
  deskTalk = null;
  delete document.body.dataset.call;
  panel.deskCall(null);
  panel.who("");
  paint();
  if (lent === call) return pop.lent(lost === call); // the caller may come back
  pop.ended();
  words.ended();
  ticket.wrapUp();
}

// --- what the phone tells ---

function phoneChanged(now, before) {
  trouble.phone(now);
  if (isDeaf(now) && !isDeaf(before)) setTimeout(pauseIfDeaf, DEAF_MS);
  if (now.call && !before.call) {
    panel.who(now.call.id ? (pop.offer?.number ?? now.call.from) : now.call.from);
    if (!now.call.id) panel.colleague(now.call.from);
  }
  if (now.call?.step === "talking" && before.call?.step !== "talking" && now.call.id) {
    talking({ call: now.call.id });
    lost = "";
  }
  if (!now.call && before.call && current === before.call.id) ended({ call: current });
  if (!now.call && before.call && !state.duty && connected) signedOff();
  paint();
}

function isDeaf({ microphone }) {
  return microphone === "refused" || microphone === "missing";
}

function pauseIfDeaf() {
  if (isDeaf(phone.state) && !phone.state.call) state.pauseFor("microphone");
}

/** Hold by our own phone; on the way back the server thanks the caller for waiting (SIL-7). */
async function hold(on) {
  const call = current;
  if (on) phone.tell({ name: "held", on });
  await ask("POST", `/api/v1/calls/${encodeURIComponent(call)}/hold`, { on }).catch((error) => panel.told(sorry(error, { 409: "phone.not_talking" }), "bad"));
  if (!on) phone.tell({ name: "held", on });
  heard.hold({ call, on });
}

function paint() {
  const at = Boolean(state.duty || phone.state.call);
  show($("#begin"), !at || !here);
  show($("#phone"), at && here);
  show($("#elsewhere"), !here);
  show($("#begin-ways"), here);
  for (const link of $$(".places a")) link.target = at ? "_blank" : ""; // who is at work stays here
  for (const button of $$("[data-language]")) button.disabled = Boolean(current);
  panel.paint();
  const is = panel.shown();
  document.title = is === "ringing" ? `☎ ${pop.offer?.number ?? ""}` : TITLE;
  state.phoneIs(is, phone.state.call?.since ?? deskTalk?.since, lost !== "" && isBrowser());
}

// --- the hand on the keyboard ---

const keys = makeKeys(
  $("#help"),
  [
    ["F2", "phone.answer", () => panel.press("answer")],
    ["F4", "phone.hang_up", () => panel.press("hang-up")],
    ["F8", "phone.hold", () => panel.press("hold")],
    ["F9", "phone.mute", () => panel.press("mute")],
    ["F6", "phone.transfer", () => panel.press("transfer-open")],
    ["K", "phone.keypad", () => panel.press("keypad-open")],
    ["Alt+1", "script.silent", () => scriptKey("silent")],
    ["Alt+2", "script.quiet", () => scriptKey("quiet")],
    ["Alt+3", "script.cannot_hear", () => scriptKey("cannot-hear")],
    ["Alt+4", "script.stays_on", () => scriptKey("stays-on")],
    ["Alt+T", "phone.focus_ticket", ticket.focus],
    ["Alt+K", "phone.focus_knowledge", knowledge.focus],
    ["Alt+R", "state.ready_now", state.ready],
    ["?", "phone.help", () => keys.open()],
  ],
  (key) => panel.keypadOpen() && /^[0-9*#]$/.test(key) && (panel.digit(key), true),
);
function scriptKey(name) {
  const button = $(`[data-script="${name}"]`);
  if (!button.disabled) button.click();
}
$("#help-open").addEventListener("click", keys.open);
$("#begin-browser")?.addEventListener("click", () => begin("browser"));
$("#begin-phone")?.addEventListener("submit", (event) => {
  event.preventDefault();
  begin("phone", $("#begin-phone-number").value);
});
addEventListener("beforeunload", (event) => current && event.preventDefault());

// --- the page begins ---

alone({
  async mine() {
    here = true;
    if (lost) panel.told(t("phone.returning"));
    const kept = JSON.parse(sessionStorage.getItem(SEAT) ?? "null");
    listen(heard, trouble.line);
    if (kept) await begin(...kept);
    sendLeftovers(me, lost);
    paint();
  },
  taken() {
    here = false;
    phone.off();
    connected = false;
    paint();
  },
  useHere: $("#use-here"),
});
paint();
