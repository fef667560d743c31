// What the phone in the page does, step by step, without a browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import { RING_AFTER_MS, keys, shown, start, step } from "../../../web/static/phone/machine.js";

const NAMES = ["connect", "registered", "unregistered", "signed_off", "microphone", "expect", "popped", "invited", "ring_due", "answer", "dial", "accepted", "ended", "hang_up", "muted", "held", "digit", "consult", "back", "moved", "belongs"];

/** Return the state and the names of all commands after some events. */
function after(events, from = start) {
  let state = from;
  const done = [];
  for (const event of events) {
    let commands;
    [state, commands] = step(state, event);
    done.push(...commands.map((command) => command.do));
  }
  return [state, done];
}

const ready = [{ name: "connect" }, { name: "registered" }];
const invited = { name: "invited", session: "s1", call: "c1", from: "138", at: 1000 };
const talk = [...ready, { name: "popped", call: "c1" }, invited, { name: "answer" }, { name: "accepted", session: "s1", at: 2000 }];

test("the phone rings at once when its caller is on screen already", () => {
  const [state, done] = after([...ready, { name: "popped", call: "c1" }, invited]);
  assert.deepEqual(done, ["ring"]);
  assert.equal(shown(state), "ringing");
});

test("the phone waits for its caller's pop, and rings when it is there", () => {
  const [waiting, done] = after([...ready, invited]);
  assert.deepEqual(done, ["wait"]);
  const [, rung] = after([{ name: "popped", call: "c1" }], waiting);
  assert.deepEqual(rung, ["ring"]);
});

test("the phone rings without a pop after a moment, once", () => {
  const [, [wait]] = step(after(ready)[0], invited);
  assert.equal(wait.ms, RING_AFTER_MS);
  const [state, done] = after([...ready, invited, { name: "ring_due", session: "s1" }]);
  assert.deepEqual(done, ["wait", "ring"]);
  assert.deepEqual(after([{ name: "popped", call: "c1" }], state)[1], []);
});

test("another caller's pop does not let the phone ring", () => {
  assert.deepEqual(after([...ready, { name: "popped", call: "c0" }, invited])[1], ["wait"]);
});

test("an answer silences the ringing and opens the line", () => {
  const [state, done] = after(talk);
  assert.deepEqual(done, ["ring", "silence", "answer", "silence", "remember"]);
  assert.equal(shown(state), "talking");
  assert.equal(state.call.since, 2000);
});

test("a late ring timer after the answer is nothing", () => {
  assert.deepEqual(after([{ name: "ring_due", session: "s1" }], after(talk)[0])[1], []);
});

test("a call that comes back after the page was loaded again is answered by itself", () => {
  const [state, done] = after([{ name: "expect", call: "c1" }, ...ready, invited]);
  assert.deepEqual(done, ["silence", "answer"]);
  assert.equal(state.call.step, "answering");
  assert.equal(state.expected, "");
});

test("only the call that was lost is answered by itself", () => {
  const [, done] = after([{ name: "expect", call: "c9" }, ...ready, invited]);
  assert.deepEqual(done, ["wait"]);
});

test("a second call while one is on is refused as busy", () => {
  const [state, done] = after([{ ...invited, session: "s2", call: "c2" }], after(talk)[0]);
  assert.deepEqual(done, ["refuse"]);
  assert.equal(state.call.session, "s1");
});

test("the caller hangs up: silence, nothing left", () => {
  const [state, done] = after([{ name: "ended", session: "s1" }], after(talk)[0]);
  assert.deepEqual(done, ["silence", "forget"]);
  assert.equal(shown(state), "ready");
});

test("the caller gives up while the phone rings", () => {
  const [state, done] = after([...ready, { name: "popped", call: "c1" }, invited, { name: "ended", session: "s1" }]);
  assert.deepEqual(done, ["ring", "silence", "forget"]);
  assert.equal(state.call, null);
});

test("mute and digits only in a talk", () => {
  const [, done] = after([...ready, invited, { name: "muted", on: true }, { name: "digit", digit: "1" }]);
  assert.deepEqual(done, ["wait"]);
  const [state, spoken] = after([{ name: "muted", on: true }, { name: "digit", digit: "1" }], after(talk)[0]);
  assert.deepEqual(spoken, ["mute", "digit"]);
  assert.equal(state.call.muted, true);
});

test("asking a colleague holds the caller; the end of that talk brings the caller back", () => {
  const asked = [{ name: "consult", session: "s2", to: "8102" }];
  const [asking, done] = after(asked, after(talk)[0]);
  assert.deepEqual(done, ["hold", "dial"]);
  assert.equal(shown(asking), "consulting");
  const [state, back] = after([{ name: "back" }, { name: "ended", session: "s2" }], asking);
  assert.deepEqual(back, ["hang_up", "resume"]);
  assert.equal(state.call.session, "s1");
  assert.equal(state.beside, null);
});

test("a transfer can be completed only when the colleague has answered", () => {
  const [asking] = after([{ name: "consult", session: "s2", to: "8102" }], after(talk)[0]);
  assert.equal(keys(asking).complete, false);
  assert.equal(keys(after([{ name: "accepted", session: "s2", at: 3 }], asking)[0]).complete, true);
});

test("a colleague is told about which call he is asked", () => {
  const [, commands] = step(after(talk)[0], { name: "consult", session: "s2", to: "8102" });
  assert.deepEqual(commands.at(-1), { do: "dial", session: "s2", to: "8102", about: "c1" });
});

test("who was on hold before a colleague was asked is not on hold after it", () => {
  const held = [{ name: "held", on: true }, { name: "consult", session: "s2", to: "8102" }, { name: "ended", session: "s2" }];
  const [state] = after(held, after(talk)[0]);
  assert.equal(shown(state), "talking");
});

test("a window that another has taken over says nothing to its caller: the switch does", () => {
  const [left, done] = after([{ name: "moved" }], after(talk)[0]);
  assert.deepEqual(done, ["unregister"]);
  assert.equal(keys(left).hang_up, true);
  assert.deepEqual(after([{ ...invited, session: "s2" }], left)[1], ["refuse"]);
  const [gone, over] = after([{ name: "ended", session: "s1" }], left);
  assert.deepEqual(over, ["silence", "forget", "disconnect"]);
  assert.equal(shown(gone), "off");
});

test("a window without a talk is unplugged at once when another takes over", () => {
  assert.deepEqual(after([{ name: "moved" }], after(ready)[0])[1], ["silence", "disconnect"]);
  assert.deepEqual(after([{ name: "moved" }], after([...ready, invited])[0])[1], ["silence", "hang_up", "disconnect"]);
});

test("the switch brings our caller again: the line that looked alive was dead", () => {
  const [state, done] = after([{ ...invited, session: "s9" }], after(talk)[0]);
  assert.deepEqual(done, ["silence", "hang_up", "silence", "answer"]);
  assert.equal(state.call.session, "s9");
});

test("a caller passed on by a colleague is found again after a reload", () => {
  const asked = { ...invited, call: "" };
  const [asking] = after([...ready, asked, { name: "answer" }, { name: "accepted", session: "s1", at: 2 }]);
  const [state, commands] = step(asking, { name: "belongs", call: "c7" });
  assert.deepEqual(commands, [{ do: "remember", call: "c7" }]);
  assert.equal(state.call.id, "c7");
  assert.deepEqual(step(after(talk)[0], { name: "belongs", call: "c7" })[1], []);
});

test("the caller leaves while a colleague is asked: that talk ends too", () => {
  const [asking] = after([{ name: "consult", session: "s2", to: "8102" }], after(talk)[0]);
  const [state, done] = after([{ name: "ended", session: "s1" }], asking);
  assert.deepEqual(done, ["silence", "forget", "hang_up"]);
  assert.equal(state.beside, null);
});

test("hang-up first ends the talk with the colleague, not the caller's", () => {
  const [asking] = after([{ name: "consult", session: "s2", to: "8102" }], after(talk)[0]);
  const [, [command]] = step(asking, { name: "hang_up" });
  assert.deepEqual(command, { do: "hang_up", session: "s2" });
});

test("the end of work silences, hangs up and unplugs", () => {
  assert.deepEqual(after([{ name: "signed_off" }], after(talk)[0])[1], ["silence", "hang_up", "disconnect"]);
});

test("a failed registration shows why, a new one clears it", () => {
  const [failed] = after([...ready, { name: "unregistered", why: "Rejected" }]);
  assert.deepEqual([failed.line, failed.why], ["failed", "Rejected"]);
  assert.equal(after([{ name: "registered" }], failed)[0].why, "");
});

test("no event in any state throws, and states are never changed in place", () => {
  const states = [start, after(ready)[0], after([...ready, invited])[0], after(talk)[0], after([...talk, { name: "consult", session: "s2", to: "8102" }])[0]];
  for (const state of states) {
    const before = JSON.stringify(state);
    for (const name of [...NAMES, "unheard_of"]) {
      const [next] = step(state, { name, session: "s1", call: "c1", to: "8102", on: true, digit: "1", at: 1 });
      assert.equal(typeof shown(next), "string");
    }
    assert.equal(JSON.stringify(state), before);
  }
});

// --- whatever comes, in whatever order ---

/** A line as line.js is one: it has sessions, each ends once, and tells so. */
function makeLine() {
  const alive = new Map(); // session → held
  const rules = {
    dial: ({ session }) => alive.set(session, false),
    hold: ({ session }) => alive.has(session) && alive.set(session, true),
    resume: ({ session }) => alive.has(session) && alive.set(session, false),
    refuse: ({ session }) => void alive.delete(session),
    disconnect: () => alive.clear(),
    hang_up: ({ session }) => alive.delete(session),
  };
  /** Carry a command out; return whether a session's end is to be told. */
  return { alive, run: (command) => rules[command.do]?.(command) === true && command.do === "hang_up" };
}

function make(random, drawn) {
  const pick = (from) => from[Math.floor(random() * from.length)];
  const name = pick(["invited", "invited", "accepted", "accepted", "ended", ...NAMES]);
  const fresh = ["invited", "dial", "consult"].includes(name);
  const session = fresh ? `s${drawn.next++}` : `s${Math.max(1, drawn.next - 1 - Math.floor(random() * 3))}`;
  return { name, session, call: pick(["c1", "c2", ""]), to: "8102", from: "138", on: random() < 0.5, digit: "1", found: "ready", at: drawn.next };
}

/** A sequence that can be drawn again: the same seed, the same events (mulberry32). */
function randomly(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function live(state, line, event) {
  if (event.name === "invited") line.alive.set(event.session, false);
  if (event.name === "ended") line.alive.delete(event.session);
  let [next, commands] = step(state, event);
  for (const command of commands) {
    if (line.run(command)) next = live(next, line, { name: "ended", session: command.session });
  }
  return next;
}

const BUSY = ["ringing", "talking", "holding", "calling", "consulting"];

function holds(state, line, story) {
  const ours = [state.call, state.beside].filter(Boolean).map((each) => each.session).sort();
  assert.deepEqual([...line.alive.keys()].sort(), ours, `a voice without a key, or a key without a voice: ${story()}`);
  assert.equal(BUSY.includes(shown(state)), Boolean(state.call), story());
  if (state.call?.step === "talking" && !state.beside) assert.equal(line.alive.get(state.call.session), state.call.held, `on hold, and not shown so: ${story()}`);
  assert.ok(!state.call || Object.values(keys(state)).some(Boolean), `every key is dead: ${story()}`);
}

function hangsUp(state, line, story) {
  let now = state;
  for (const _ of [1, 2]) if (now.call) now = live(now, line, { name: "hang_up" });
  assert.equal(now.call, null, `hanging up twice does not end it: ${story()}`);
  assert.equal(line.alive.size, 0, story());
}

test("whatever comes in whatever order, each state that is shown has a way out", () => {
  for (let seed = 1; seed <= 3000; seed++) {
    const [random, line, drawn, told] = [randomly(seed), makeLine(), { next: 1 }, []];
    const story = () => `seed ${seed}: ${told.map((each) => `${each.name} ${each.session} ${each.call} ${each.on}`).join(", ")}`;
    let state = start;
    for (let turn = 0; turn < 40; turn++) {
      const event = make(random, drawn);
      told.push(event);
      state = live(state, line, event);
      holds(state, line, story);
      const beside = makeLine();
      for (const [session, held] of line.alive) beside.alive.set(session, held);
      hangsUp(state, beside, story);
    }
  }
});
