// The phone of the page: keeps machine.js's state, feeds it what happens, has line.js and
// sound.js do what it commands, and tells the page of every change.

import { makeLine } from "./line.js";
import { start, step } from "./machine.js";
import { makeSound } from "./sound.js";

const TALKING = "thirdring.talking";
const MOVED = "thirdring.moved";
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
        return forget();
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

  function forget() {
    localStorage.removeItem(TALKING);
    sessionStorage.removeItem(MOVED);
  }

  /** Register with what the server gave for this seat. */
  function connect(given) {
    credentials = given;
    expect(recall(me));
    line.connect(given);
  }

  /** Answer this call at once when it rings: it is ours, and on its way back. */
  function expect(call) {
    if (call) tell({ name: "expect", call });
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

  return { tell, connect, expect, again, off, sound, get state() { return state; }, dialled: () => crypto.randomUUID() };
}

/** Remember, over the load of this window, the call that it has just taken from another one. */
export function bring(me, call) {
  if (call) sessionStorage.setItem(MOVED, JSON.stringify({ call, me, at: Date.now() }));
  else sessionStorage.removeItem(MOVED);
}

/** Return the call this person was in when the page went away, if it is not long ago. */
export function recall(me) {
  return kept(sessionStorage.getItem(MOVED), me) || kept(localStorage.getItem(TALKING), me);
}

function kept(text, me, now = Date.now()) {
  try {
    const kept = JSON.parse(text);
    return kept && kept.me === me && now - kept.at < RETURNS_WITHIN_MS ? kept.call : "";
  } catch {
    return "";
  }
}
