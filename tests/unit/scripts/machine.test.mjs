// What the phone in the page does, step by step, without a browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import { RING_AFTER_MS, shown, start, step } from "../../../desk/static/phone/machine.js";

const NAMES = ["connect", "registered", "unregistered", "signed_off", "microphone", "expect", "popped", "invited", "ring_due", "answer", "dial", "accepted", "ended", "hang_up", "muted", "held", "digit", "consult", "complete", "back"];

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

test("a transfer is completed only when the colleague has answered", () => {
  const [asking] = after([{ name: "consult", session: "s2", to: "8102" }], after(talk)[0]);
  assert.deepEqual(after([{ name: "complete" }], asking)[1], []);
  const [, done] = after([{ name: "accepted", session: "s2", at: 3 }, { name: "complete" }], asking);
  assert.deepEqual(done, ["join"]);
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
