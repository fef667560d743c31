// The phone's buttons: which can be pressed, what they say, and what a press does.

import { ask } from "../page/asking.js";
import { $, $$, el, fill, say, show } from "../page/dom.js";
import { sorry } from "../page/sorry.js";
import { clock, t } from "../page/words.js";
import { makeRecording } from "../work/recording.js";
import { keys, shown } from "./machine.js";
import { makeOthers } from "./others.js";

const REFUSED = {
  complete: { 409: "phone.not_completed", 503: "phone.not_completed" },
  conference: { 409: "phone.not_joined", 422: "phone.no_such_place" },
  drop: { 409: "phone.not_dropped", 404: "phone.not_dropped" },
  else: { 409: "phone.not_talking", 422: "phone.no_such_place" },
};

/**
 * `desk` gives: `call()` the id of the call that is on, `seat()` and `isBrowser()`.
 * `held(call, on)` hears of hold and resume by our own phone, `passing(call)` hears of a caller who is handed over.
 */
export function makePanel(root, phone, desk) {
  const at = (id) => $(`#${id}`, root);
  let seats = new Map(); // of colleagues, by their numbers
  let names = new Map(); // and their names, by seats
  let numbers = new Map(); // and their numbers, by seats
  let onDesk = null; // a call on a desk phone, of which only the server tells
  let sending = false; // a caller is being handed over
  const others = makeOthers(root, (seat) => control("drop", { seat }));
  const recording = makeRecording(root, { call: desk.call, told });

  function paint() {
    const { call, beside, microphone } = phone.state;
    const browser = desk.isBrowser();
    const can = keys(phone.state);
    const talking = browser ? can.talk : Boolean(onDesk);
    const held = browser ? call?.held : onDesk?.held;
    at("answer").disabled = !can.answer;
    at("hang-up").disabled = !can.hang_up;
    at("hold").disabled = !(browser && can.hold);
    pressed("hold", held, "phone.resume", "phone.hold");
    at("mute").disabled = !(browser && talking);
    pressed("mute", call?.muted, "phone.unmute", "phone.mute");
    at("keypad-open").disabled = !(browser && talking);
    at("transfer-open").disabled = !talking;
    recording.paint(talking);
    if (!talking) fold();
    at("transfer-consult").disabled = !(browser && can.consult);
    show(at("beside"), Boolean(beside));
    say(at("beside-who"), beside ? `${t(beside.step === "talking" ? "state.consulting" : "state.calling")} · ${names.get(beside.from) ?? beside.from}` : "");
    for (const id of ["transfer-complete", "beside-join"]) at(id).disabled = !can.complete || !desk.call() || sending;
    show(at("desk-phone"), Boolean(desk.seat()) && !browser);
    say(at("desk-phone"), t("phone.desk_phone", { seat: desk.seat() ?? "" }));
    show(at("devices"), browser);
    say(at("device-word"), ["ready", "unknown"].includes(microphone) ? "" : t("phone.no_microphone"));
    for (const key of $$("[data-script]", root)) key.disabled = !talking || !desk.call() || Boolean(beside);
    tick();
  }

  function pressed(id, on, yes, no) {
    at(id).setAttribute("aria-pressed", String(Boolean(on)));
    say(at(id).firstChild, `${t(on ? yes : no)} `);
  }

  function tick() {
    const { call } = phone.state;
    const since = call?.step === "talking" ? call.since : onDesk?.since;
    say(at("phone-clock"), since ? clock((Date.now() - since) / 1000) : "");
  }

  function fold() {
    for (const part of ["keypad", "transfer"]) unfold(part, false);
  }

  function unfold(part, open = at(part).hidden) {
    show(at(part), open);
    at(`${part}-open`).setAttribute("aria-expanded", String(open));
    if (open && part === "transfer") {
      at("transfer-to").focus();
      colleagues();
    }
  }

  /** Ask who else is at work; nobody, when the server does not say. */
  async function atWork() {
    const { items } = await ask("GET", "/api/v1/colleagues").catch(() => ({ items: [] }));
    seats = new Map(items.map((each) => [each.number, each.seat]));
    names = new Map(items.map((each) => [each.seat, `${each.number} ${each.name}`]));
    numbers = new Map(items.map((each) => [each.seat, each.number]));
    return items;
  }

  /** Show who else is at work; a press on one fills in the number. */
  async function colleagues() {
    const items = await atWork();
    const lines = items.map((each) => [each.number, `${each.number} ${each.name}`, t(`state.${each.state}`), each.state === "ready"]);
    const queues = [["senior", t("phone.to_senior"), "", true], ["manager", t("phone.to_manager"), "", true]];
    fill(at("colleagues"), ...[...lines, ...queues].map(([to, name, state, free]) =>
      el("button", { type: "button", class: "plain", onclick: () => { at("transfer-to").value = to; at("transfer-blind").focus(); } },
        name, el("span", { class: `small ${free ? "good" : "quiet"}` }, state))));
  }

  function press(id) {
    if (at(id)?.disabled === false) at(id).click();
  }

  const does = {
    answer: () => phone.tell({ name: "answer" }),
    "hang-up": () => phone.tell({ name: "hang_up" }),
    hold: () => hold(!phone.state.call?.held),
    mute: () => phone.tell({ name: "muted", on: !phone.state.call.muted }),
    "keypad-open": () => unfold("keypad"),
    "transfer-open": () => unfold("transfer"),
    "transfer-consult": () => wanted(consult),
    "transfer-complete": () => once(complete),
    "beside-join": () => once(() => control("conference", { with: numbers.get(phone.state.beside.from) ?? phone.state.beside.from })),
    "transfer-back": () => phone.tell({ name: "back" }),
    conference: () => wanted((to) => once(() => control("conference", { with: to }))),
  };
  for (const [id, act] of Object.entries(does)) at(id).addEventListener("click", act);
  at("transfer").addEventListener("submit", (event) => {
    event.preventDefault();
    wanted((to) => once(() => passed("transfer", { to })));
  });
  at("transfer").addEventListener("keydown", (event) => {
    if (event.key === "Escape") { unfold("transfer", false); at("transfer-open").focus(); }
  });
  for (const key of $$("[data-digit]", root)) key.addEventListener("click", () => digit(key.dataset.digit));
  for (const key of $$("[data-script]", root)) key.addEventListener("click", () => script(key.dataset.script));

  function wanted(act) {
    const to = at("transfer-to").value.trim();
    if (to && at("transfer-to").checkValidity()) act(to);
    else at("transfer-to").focus();
  }

  async function consult(to) {
    if (!seats.has(to)) await atWork(); // typed faster than the list was there
    phone.tell({ name: "consult", session: phone.dialled(), to: seats.get(to) ?? to });
    unfold("transfer", false);
  }

  /** The server joins caller and colleague; until it has, both stay here, and so they do if it cannot. */
  function complete() {
    return passed("complete", { with: phone.state.beside.from });
  }

  async function passed(what, body) {
    const call = desk.call();
    desk.passing(call);
    if (!(await control(what, body))) desk.passing("");
  }

  /** Send one wish at a time: a second press is the same wish. */
  async function once(act) {
    if (sending) return;
    sending = true;
    paint();
    await act();
    sending = false;
    paint();
  }

  /** Hold by our own phone; on the way back the server thanks the caller for waiting (SIL-7). */
  async function hold(on) {
    const call = desk.call();
    if (on) phone.tell({ name: "held", on });
    if (call) await ask("POST", `/api/v1/calls/${encodeURIComponent(call)}/hold`, { on }).catch((error) => told(sorry(error, REFUSED.else), "bad"));
    if (!on) phone.tell({ name: "held", on });
    desk.held(call, on);
  }

  function digit(pressedDigit) {
    phone.tell({ name: "digit", digit: pressedDigit });
    told(`${at("phone-told").textContent.replace(/[^0-9*#]/g, "")}${pressedDigit}`);
  }

  /** A script key: from now on the system speaks, and the agent is free (SIL-1, 3, 4, 5). */
  async function script(name) {
    const call = desk.call();
    desk.lend(call);
    if (await control("script", { name })) told(t("script.taken_over"));
    else desk.lend("");
  }

  async function control(what, body) {
    const call = desk.call();
    if (!call) return false;
    told(""); // what was refused before is not said of this
    try {
      await ask("POST", `/api/v1/calls/${encodeURIComponent(call)}/${what}`, body);
      fold();
      return true;
    } catch (error) {
      told(sorry(error, REFUSED[what] ?? REFUSED.else), "bad");
      return false;
    }
  }

  function told(text, look = "") {
    say(at("phone-told"), text);
    at("phone-told").className = `told ${look}`;
  }

  async function devices() {
    const found = await phone.sound.devices();
    for (const which of ["in", "out", "ring"]) {
      const chosen = phone.sound.chosen[which];
      const options = found[which].map((each) => el("option", { value: each.deviceId, selected: each.deviceId === chosen }, each.label || each.deviceId.slice(0, 8)));
      fill(at(`device-${which}`), el("option", { value: "" }, t("phone.default_device")), ...options);
    }
    at("device-volume").value = String(Math.round(phone.sound.chosen.volume * 100));
  }
  at("devices").addEventListener("toggle", devices);
  navigator.mediaDevices?.addEventListener("devicechange", devices);
  for (const which of ["in", "out", "ring"]) at(`device-${which}`).addEventListener("change", ({ target }) => phone.sound.choose(which, target.value));
  at("device-volume").addEventListener("input", ({ target }) => phone.sound.choose("volume", Number(target.value) / 100));

  setInterval(tick, 1000);
  return {
    paint,
    press,
    script,
    others: others.put,
    recording: recording.is,
    told,
    digit,
    keypadOpen: () => !at("keypad").hidden,
    who: (text) => say(at("phone-who"), text || "\u00a0"),
    async colleague(seat) {
      await atWork();
      if (phone.state.call?.from === seat) say(at("phone-who"), names.get(seat) ?? seat);
    },
    deskCall(talk) { onDesk = talk; paint(); },
    shown: () => (onDesk ? (onDesk.held ? "holding" : "talking") : shown(phone.state)),
  };
}
