// The line that says what the agent does now, and since when (QUE-4): state, seat, misses,
// trouble, and the ways to pause, to be ready again and to end work.

import { ask } from "../page/asking.js";
import { $, say, show } from "../page/dom.js";
import { sorry } from "../page/sorry.js";
import { clock, t, tOr } from "../page/words.js";

const SURE_MS = 3000;

export function makeState(root, { signedOff, finished, problem }) {
  const at = (id) => $(`#${id}`, root);
  let duty = null;
  let phone = "off";
  let since = Date.now();
  let word = "";
  let returns = false; // a call that a reload took is on its way back to this phone

  function put(given) {
    duty = given?.seat ? given : null;
    paint();
  }

  /** Take over what the phone does: `talking`, `ringing` … outweigh the duty's state. */
  function phoneIs(shown, at, isLost) {
    phone = shown;
    returns = isLost;
    paint(at);
  }

  function paint(began) {
    const busy = ["ringing", "talking", "holding", "calling", "consulting"].includes(phone);
    const chosen = duty?.duty ?? duty?.state;
    const now = busy && duty ? phone : known(chosen);
    const changed = now !== word;
    word = now;
    at("state").dataset.state = now;
    say(at("state-word"), t(`state.${now}`));
    const paused = chosen === "paused";
    say(at("state-why"), paused && duty.reason ? tOr(`state.reason_${duty.reason}`, duty.reason) : "");
    if (busy && began && now !== "holding") since = began;
    else if (!busy && duty?.since) since = Date.parse(duty.since);
    else if (changed) since = Date.now();
    say(at("seat"), duty ? t("work.seat", { seat: duty.seat }) : "");
    show(at("missed"), Boolean(duty?.missed));
    say(at("missed"), t("state.missed", { count: duty?.missed ?? 0 }));
    const idle = duty && !busy;
    show(at("pause"), Boolean(duty));
    at("pause").disabled = !duty || paused;
    show(at("ready"), Boolean(idle && (chosen === "paused" || chosen === "wrap_up")));
    say(at("ready").firstChild, `${t(chosen === "wrap_up" ? "state.wrap_done" : "state.ready_now")} `);
    show(at("sign-off"), Boolean(duty));
    at("sign-off").disabled = busy;
    tick();
  }

  /** The server's word, but of our own phone we know first that it is there. */
  function known(chosen) {
    if (!duty) return "off";
    if (returns && ["talking", "on_hold"].includes(duty.state)) return "returning"; // not yet here
    return phone === "ready" && ["unreachable", "gone"].includes(duty.state) ? chosen : duty.state;
  }

  function tick() {
    say(at("state-clock"), duty ? clock((Date.now() - since) / 1000) : "");
  }

  async function turn(state, reason = "") {
    try {
      const now = await ask("PUT", "/api/v1/duty/state", { state, reason });
      if (now?.state) put({ ...duty, ...now });
    } catch (error) {
      problem(sorry(error));
    }
  }

  /** Be offered no callers whom one cannot answer; the agent says when that is mended. */
  function pauseFor(reason) {
    if ((duty?.duty ?? duty?.state) === "ready") turn("paused", reason);
  }

  at("pause").addEventListener("change", ({ target }) => {
    if (target.value) turn("paused", target.value);
    target.value = "";
  });
  at("ready").addEventListener("click", ready);
  function ready() {
    if (at("ready").hidden) return;
    turn("ready");
    finished();
  }

  let sure = 0;
  at("sign-off").addEventListener("click", async () => {
    if (!sure) {
      say(at("sign-off"), t("work.sign_off_sure"));
      sure = setTimeout(unsure, SURE_MS);
      return;
    }
    unsure();
    try {
      await ask("DELETE", "/api/v1/duty");
      signedOff();
    } catch (error) {
      problem(sorry(error, { 409: "work.call_first" }));
    }
  });
  function unsure() {
    clearTimeout(sure);
    sure = 0;
    say(at("sign-off"), t("work.sign_off"));
  }

  setInterval(tick, 1000);
  return { put, phoneIs, ready, pauseFor, get duty() { return duty; } };
}
