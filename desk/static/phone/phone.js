// Owns the phone of the page: keeps machine.js's state, feeds it what happens, has line.js and
// sound.js do what it commands, and tells the page of every change.

import { makeLine } from "./line.js";
import { start, step } from "./machine.js";
import { makeSound } from "./sound.js";

const TALKING = "thirdring.talking";
const RETURNS_WITHIN_MS = 60_000; // a call that was lost longer ago does not come back to us

/** Return a phone. `changed(state, before)` hears of every change; `remote` is an audio element. */
export function makePhone(remote, me, changed) {
  let state = start;
  const sound = makeSound(remote, (found) => tell({ name: "microphone", found }));
  const line = makeLine(tell, sound);
  let credentials = null;

  function tell(event) {
    const before = state;
    let commands;
    [state, commands] = step(state, event);
    for (const command of commands) run(command);
    if (state !== before) changed(state, before);
  }

  function run(command) {
    switch (command.do) {
      case "ring":
        return sound.ring();
      case "silence":
        return sound.silence();
      case "wait":
        return wait(command);
      case "remember":
        return remember(command.call);
      case "forget":
        return localStorage.removeItem(TALKING);
      default:
        return line.run(command);
    }
  }

  function wait({ session, ms }) {
    // A page that nobody looks at shows nothing, and its timers are slow.
    setTimeout(() => tell({ name: "ring_due", session }), document.hidden ? 0 : ms);
  }

  function remember(call) {
    if (call) localStorage.setItem(TALKING, JSON.stringify({ call, me, at: Date.now() }));
  }

  /** Register with what the server gave for this seat. */
  function connect(given) {
    credentials = given;
    const lost = recall(me);
    if (lost) tell({ name: "expect", call: lost });
    line.connect(given);
  }

  function again() {
    if (credentials) line.connect(credentials);
    sound.open();
  }

  function off() {
    credentials = null;
    tell({ name: "signed_off" });
  }

  setInterval(() => state.call?.step === "talking" && remember(state.call.id), 5000);

  return { tell, connect, again, off, sound, get state() { return state; }, dialled: () => crypto.randomUUID() };
}

/** Return the call this person was in when the page went away, if it is not long ago. */
export function recall(me, now = Date.now()) {
  try {
    const kept = JSON.parse(localStorage.getItem(TALKING));
    return kept && kept.me === me && now - kept.at < RETURNS_WITHIN_MS ? kept.call : "";
  } catch {
    return "";
  }
}
