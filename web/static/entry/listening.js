// The page of live listening: a phone that only hears, and the calls that may be heard now.

import { ask } from "../page/asking.js";
import { $, el, fill, say, show } from "../page/dom.js";
import { PAGE, listen } from "../page/live.js";
import { sorry } from "../page/sorry.js";
import { clock, t } from "../page/words.js";
import { makePhone } from "../phone/phone.js";
import { alone } from "../work/alone.js";

const LOOK_MS = 3000;
const RINGS_WITHIN_MS = 22_000; // the switch gives up after 20 s
const KEEP_AFTER_MS = 2000; // what is on record of the talk reaches the database a moment later
const KEEP_TRIES = 8;

const root = $("#listening");
const phone = makePhone($("#remote"), root.dataset.me, phoneChanged);
let connected = false;
let atWork = false; // the duty began elsewhere, at a desk phone say
let ours = false; // this page began the duty, and ends it
let wanted = null; // the offer that our phone rings for, or hears
let ended = null; // the one that was heard last, and is not kept yet
let offers = [];

let deaf = false; // whether the trouble that is shown is only that the server was not reached

function told(error, sentences) {
  deaf = false;
  say($("#trouble"), error ? sorry(error, sentences) : "");
  show($("#trouble"), Boolean(error));
}

// --- the phone ---

async function begin() {
  try {
    const seat = await ask("POST", "/api/v1/duty", { kind: "browser", page: PAGE });
    if (seat.elsewhere) return elsewhere();
    ours = !atWork;
    connected = true;
    phone.sound.open();
    phone.connect(seat);
    told(null);
    look();
  } catch (error) {
    told(error, { 409: "live_listening.no_seat" });
  }
  paint();
}

async function end() {
  try {
    await ask("DELETE", "/api/v1/duty");
    off();
  } catch (error) {
    told(error);
  }
}

function off() {
  connected = ours = false;
  wanted = null;
  phone.off();
  paint();
}

function elsewhere() {
  connected = ours = false;
  phone.tell({ name: "moved" });
  show($("#begin-ways"), false);
  show($("#elsewhere"), true);
  paint();
}

function phoneChanged(now, before) {
  if (now.call?.step === "ringing" && before.call?.step !== "ringing" && wanted) phone.tell({ name: "answer" });
  if (!now.call && before.call && wanted) over(before.call.step === "talking");
  paint();
}

function state({ duty }) {
  if (!connected) atWork = Boolean(duty);
  look();
}

// --- what may be heard, and what is heard ---

async function look() {
  if (!connected || wanted || document.hidden) return;
  try {
    offers = (await ask("GET", "/api/v1/quality-offers")).items;
    if (deaf) told(null);
  } catch (error) {
    told(error);
    deaf = true;
  }
  paint();
}

async function hear(offer) {
  if (wanted || !connected) return;
  wanted = offer;
  ended = null;
  told(null);
  paint();
  setTimeout(() => wanted === offer && !phone.state.call && over(false), RINGS_WITHIN_MS);
  try {
    await ask("POST", `/api/v1/quality-items/${offer.item_id}/listen`);
  } catch (error) {
    told(error, { 409: "live_listening.fault_over" });
    over(false);
  }
}

function over(heard) {
  if (heard) keepSoon(wanted, KEEP_TRIES);
  wanted = null;
  look();
  paint();
}

function keepSoon(offer, tries) {
  ended = { offer, kept: false, waits: true };
  paint();
  setTimeout(keep, KEEP_AFTER_MS, offer, tries - 1);
}

/** Keep which call was heard. */
async function keep(offer, tries) {
  if (ended?.offer !== offer) return;
  try {
    await ask("POST", `/api/v1/quality-items/${offer.item_id}/heard`);
    if (ended?.offer === offer) ended = { offer, kept: true };
  } catch (error) {
    if (tries > 0 && ended?.offer === offer) return keepSoon(offer, tries);
    ended = { offer, kept: false };
    told(error);
  }
  paint();
}

// --- what is shown ---

function who({ agent, name }) {
  return `${agent} ${name}`.trim();
}

function since(iso) {
  return clock((Date.now() - Date.parse(iso)) / 1000);
}

function paint() {
  const hears = phone.state.call?.step === "talking";
  show($("#begin"), !connected);
  show($("#offers"), connected && !wanted);
  show($("#now"), Boolean(wanted));
  say($("#now-who"), wanted ? (hears ? t("live_listening.hears", { who: who(wanted) }) : t("live_listening.asked")) : "");
  $("#hang-up").disabled = !phone.state.call;
  show($("#nobody"), offers.length === 0);
  fill($("#offered"), ...offers.map(line));
  show($("#after"), Boolean(ended));
  if (ended) {
    say($("#after-said"), t(ended.kept ? "live_listening.heard" : "live_listening.keeping", { who: who(ended.offer) }));
    $("#after-score").href = `/quality/items/${ended.offer.item_id}`;
    show($("#after-score"), ended.kept);
    show($("#after-again"), !ended.kept && !ended.waits);
  }
  tick();
}

function line(offer, place) {
  const key = place === 0 ? el("kbd", {}, "L") : null;
  return el("li", {},
    el("strong", {}, who(offer)), " ", el("span", { class: "clock", "data-since": offer.since }), " ",
    el("button", { type: "button", class: place === 0 ? "main" : "", onclick: () => hear(offer) }, `${t("live_listening.listen")} `, key));
}

function tick() {
  for (const each of root.querySelectorAll("[data-since]")) say(each, t("live_listening.talks", { clock: since(each.dataset.since) }));
  say($("#now-clock"), wanted ? since(wanted.since) : "");
}

// --- the page ---

$("#begin-browser").addEventListener("click", begin);
$("#sign-off").addEventListener("click", end);
$("#hang-up").addEventListener("click", () => phone.tell({ name: "hang_up" }));
$("#after-again").addEventListener("click", () => keepSoon(ended.offer, KEEP_TRIES));
addEventListener("keydown", (event) => {
  if (event.key === "F4" && phone.state.call) phone.tell({ name: "hang_up" });
  else if (event.key.toLowerCase() === "l" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest?.("input, textarea, select") && offers[0]) hear(offers[0]);
  else return;
  event.preventDefault();
});
addEventListener("beforeunload", (event) => wanted && event.preventDefault());
addEventListener("pagehide", () => ours && ask("DELETE", "/api/v1/duty", undefined, { keepalive: true }).catch(() => {}));
setInterval(look, LOOK_MS);
setInterval(tick, 1000);

alone({
  mine: () => listen({ moved: elsewhere, duty: ({ seat }) => !seat && connected && off(), state }),
  taken: elsewhere,
  useHere: $("#use-here"),
  move: () => ask("POST", "/api/v1/duty/move"),
  refused: (error) => told(error, { 409: "live_listening.elsewhere" }),
});
paint();
