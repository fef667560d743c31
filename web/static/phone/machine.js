// What the phone of an agent does next: a pure step from state and event to state and
// commands. Does no I/O and keeps no clock; line.js carries the commands out.
//
//   registration   off ─▶ connecting ─▶ ready ─▶ connecting …        (`line`)
//   the call       none ─▶ ringing ─▶ answering ─▶ talking ─▶ none    (`call.step`)
//                  none ─▶ calling ─▶ talking ─▶ none                 (we ring somebody)
//   beside it      none ─▶ calling ─▶ talking ─▶ none                 (`beside`: asked before a transfer)
//
// The phone rings only when its caller is on screen, or after RING_AFTER_MS (ANS-2: it rings in any
// case). A call that comes back after the page was loaded again is answered at once.
// A phone that was taken over by another window (`leaving`) is not registered any more, and says
// nothing to its caller: the switch ends the talk, or it goes on here until its own end.

export const RING_AFTER_MS = 300;

export const start = Object.freeze({
  line: "off",
  why: "",
  microphone: "unknown",
  call: null,
  beside: null,
  popped: "",
  expected: "",
  leaving: false,
});

const none = [];

/** Return [state, commands] after an event. Events that do not fit the state change nothing. */
export function step(state, event) {
  const does = steps[event.name];
  return does ? does(state, event) : [state, none];
}

const steps = {
  connect: (s) => [{ ...s, line: "connecting", why: "" }, none],
  registered: (s) => [{ ...s, line: "ready", why: "" }, none],
  unregistered: (s, e) => [{ ...s, line: "failed", why: e.why ?? "" }, none],
  signed_off: off,
  moved: (s) => (inTalk(s) ? [{ ...s, leaving: true }, [{ do: "unregister" }]] : off(s)),
  belongs,
  microphone: (s, e) => [{ ...s, microphone: e.found }, none],
  expect: (s, e) => [{ ...s, expected: e.call }, none],
  popped,
  invited,
  ring_due: (s, e) => ringIf(s, s.call?.step === "ringing" && s.call.session === e.session),
  answer,
  dial,
  accepted,
  ended,
  hang_up,
  muted: (s, e) => inCall(s, (call) => [{ ...call, muted: e.on }, [{ do: "mute", session: call.session, on: e.on }]]),
  held: (s, e) => inCall(s, (call) => [{ ...call, held: e.on }, [{ do: e.on ? "hold" : "resume", session: call.session }]]),
  digit: (s, e) => inCall(s, (call) => [call, [{ do: "digit", session: (s.beside ?? call).session, digit: e.digit }]]),
  consult,
  back,
};

function off(s) {
  return [
    { ...start, microphone: s.microphone },
    [{ do: "silence" }, ...over(s.call), ...over(s.beside), { do: "disconnect" }],
  ];
}

function inTalk(s) {
  return ["answering", "talking"].includes(s.call?.step);
}

/** The talk without a caller has one now: a colleague has passed him on, and a reload must find him. */
function belongs(s, e) {
  if (!inTalk(s) || s.call.id) return [s, none];
  return [{ ...s, call: { ...s.call, id: e.call } }, [{ do: "remember", call: e.call }]];
}

function popped(s, e) {
  return ringIf({ ...s, popped: e.call }, s.call?.step === "ringing" && s.call.id === e.call);
}

function invited(s, e) {
  if (s.call && !comesBack(s, e)) return [s, [{ do: "refuse", session: e.session }]];
  if (s.call) return again(s, e);
  const call = { session: e.session, id: e.call, from: e.from ?? "", step: "ringing", rings: false, muted: false, held: false, since: e.at };
  const next = { ...s, call };
  const returning = e.call !== "" && e.call === s.expected;
  if (returning) return answer({ ...next, expected: "" });
  if (s.popped === e.call && e.call !== "") return ringIf(next, true);
  return [next, [{ do: "wait", session: e.session, ms: RING_AFTER_MS }]];
}

/** The switch rings us for the caller we talk to: our own line to him is dead, whatever it looks like. */
function comesBack(s, e) {
  return e.call !== "" && e.call === s.call.id && !s.leaving;
}

function again(s, e) {
  const [next, commands] = invited({ ...s, call: null, beside: null, expected: e.call }, e);
  return [next, [{ do: "silence" }, ...over(s.beside), ...over(s.call), ...commands]];
}

function ringIf(s, due) {
  if (!due || s.call.rings) return [s, none];
  return [{ ...s, call: { ...s.call, rings: true } }, [{ do: "ring" }]];
}

function answer(s) {
  if (s.call?.step !== "ringing") return [s, none];
  const call = { ...s.call, step: "answering", rings: false };
  return [{ ...s, call }, [{ do: "silence" }, { do: "answer", session: call.session }]];
}

function dial(s, e) {
  if (s.call || s.line !== "ready") return [s, none];
  const call = { session: e.session, id: "", from: e.to, step: "calling", rings: false, muted: false, held: false, since: e.at };
  return [{ ...s, call }, [{ do: "dial", session: e.session, to: e.to }]];
}

function accepted(s, e) {
  if (s.call?.session === e.session) {
    const call = { ...s.call, step: "talking", rings: false, since: e.at };
    return [{ ...s, call, expected: "" }, [{ do: "silence" }, { do: "remember", call: call.id }]];
  }
  if (s.beside?.session === e.session) return [{ ...s, beside: { ...s.beside, step: "talking" } }, none];
  return [s, none];
}

function ended(s, e) {
  if (s.beside?.session === e.session) {
    return [{ ...s, beside: null, call: { ...s.call, held: false } }, [{ do: "resume", session: s.call.session }]];
  }
  if (s.call?.session !== e.session) return [s, none];
  const commands = [{ do: "silence" }, { do: "forget" }, ...over(s.beside)];
  if (s.leaving) return [{ ...start, microphone: s.microphone }, [...commands, { do: "disconnect" }]];
  return [{ ...s, call: null, beside: null, popped: "" }, commands];
}

function hang_up(s) {
  if (s.beside) return back(s);
  return [s, over(s.call)];
}

function consult(s, e) {
  if (s.call?.step !== "talking" || s.beside) return [s, none];
  const beside = { session: e.session, from: e.to, step: "calling" };
  const dial = { do: "dial", session: e.session, to: e.to, about: s.call.id };
  const commands = [{ do: "hold", session: s.call.session }, dial];
  return [{ ...s, beside }, commands];
}

function back(s) {
  return [s, over(s.beside)]; // its end resumes the call
}

function inCall(s, change) {
  if (s.call?.step !== "talking") return [s, none];
  const [call, commands] = change(s.call);
  return [{ ...s, call }, commands];
}

function over(call) {
  return call ? [{ do: "hang_up", session: call.session }] : none;
}

/** Return which keys can be pressed. Whatever the phone shows, one of them leads out of it. */
export function keys({ call, beside }) {
  const talking = call?.step === "talking";
  return {
    answer: call?.step === "ringing",
    hang_up: Boolean(call),
    hold: talking && !beside,
    talk: talking, // mute, digits, a transfer
    consult: talking && !beside,
    complete: beside?.step === "talking",
    back: Boolean(beside),
  };
}

/** Return what the state line says: one word for the whole phone. */
export function shown(state) {
  const { call, beside } = state;
  if (!call) return state.line;
  if (beside) return "consulting";
  if (call.step === "talking") return call.held ? "holding" : "talking";
  return call.step === "answering" ? "talking" : call.step;
}
