// When a page tells the server that a call is not on its phone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LOST_AFTER_MS, found, look } from "../../../web/static/work/lost.js";

const LOST = { talks: true, ready: true, has: false };

/** Return at which moments the server is told, the look being taken each half second. */
function told(during) {
  const at = [];
  let state = found;
  for (let now = 1000; now <= 20_000; now += 500) {
    let due;
    [state, due] = look(state, during(now), now);
    if (due) at.push(now - 1000);
  }
  return at;
}

test("a call that no session of ours has is told once, after three seconds", () => {
  assert.deepEqual(told(() => LOST), [LOST_AFTER_MS]);
});

test("a call that rings here or is on here is not lost", () => {
  assert.deepEqual(told(() => ({ ...LOST, has: true })), []);
  assert.deepEqual(told((now) => ({ ...LOST, has: now % 3000 === 0 })), []);
});

test("a phone that is not registered cannot be given its call back yet", () => {
  assert.deepEqual(told((now) => ({ ...LOST, ready: now > 10_000 })), [9500 + LOST_AFTER_MS]);
});

test("a call that is lost a second time is told a second time", () => {
  assert.deepEqual(told((now) => ({ ...LOST, has: now === 6000 })), [3000, 5500 + LOST_AFTER_MS]);
});
