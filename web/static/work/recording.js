// The key that pauses the recording of the call, before a customer says a card number, and the seconds
// that are left. Whether it is paused the server says; it goes on by itself when nobody presses again.

import { ask } from "../page/asking.js";
import { $, say, show } from "../page/dom.js";
import { sorry } from "../page/sorry.js";
import { t } from "../page/words.js";

const STALE_MS = 10_000; // so long after its time a pause is believed, should nobody tell of its end

/** `call()` is the id of the call that is on, `told(text, look)` says what was refused. */
export function makeRecording(root, { call, told }) {
  const [button, left] = [$("#pause-recording", root), $("#recording-left", root)];
  let paused = { call: "", until: 0 }; // by this machine's clock
  let [talking, sending] = [false, false];

  function isPaused() {
    return Boolean(call()) && paused.call === call() && Date.now() < paused.until + STALE_MS;
  }

  function paint() {
    if (!button) return; // this house pauses nothing
    const on = isPaused();
    button.disabled = !talking || !call() || sending;
    button.setAttribute("aria-pressed", String(on));
    say(button.firstChild, `${t(on ? "recording_key.resume" : "recording_key.pause")} `);
    show(left, on);
    const seconds = Math.max(0, Math.ceil((paused.until - Date.now()) / 1000));
    say(left, on ? t("recording_key.paused", { seconds }) : "");
  }

  /** The server tells: so many seconds are left, or none (null). */
  function is({ call: of, left_s }) {
    if (left_s === undefined) return;
    if (left_s !== null) paused = { call: of, until: Date.now() + left_s * 1000 };
    else if (paused.call === of) paused = { call: "", until: 0 };
    paint();
  }

  async function press() {
    const on = isPaused();
    const path = `/api/v1/calls/${encodeURIComponent(call())}/recording-pause`;
    sending = true;
    paint();
    told("");
    try {
      const { call_id, left_s } = await ask(on ? "DELETE" : "POST", path, on ? undefined : {});
      is({ call: call_id, left_s });
    } catch (error) {
      if (on && error.status === 409) is({ call: call(), left_s: null });
      told(sorry(error, { 409: on ? "recording_key.not_resumed" : "recording_key.not_paused" }), "bad");
    }
    sending = false;
    paint();
  }

  button?.addEventListener("click", press);
  setInterval(() => isPaused() && paint(), 250);
  return {
    is,
    paint(now) {
      talking = now;
      paint();
    },
  };
}
