// What becomes of a ticket while an agent types: nothing typed is ever lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FIELDS, accepted, conflicted, failed, isEmpty, isUnfinished, lacksDepartment, opened, restored, sending, settled, typed, unsaved } from "../../../web/static/work/draft.js";

const ticket = (more = {}) => ({ number: "20261122-00001", version: 1, kind: "unknown", business: null, nature: null, state: "new", customer_name: "", customer_number: "138", body: "", answer: "", department: "", ...more });

test("what is typed is sent once, upon the version it was typed on", () => {
  const [draft, body] = sending(typed(opened(ticket()), "body", "断线"));
  assert.deepEqual(body, { version: 1, fields: { body: "断线" } });
  assert.equal(sending(draft)[1], null);
});

test("nothing typed, nothing sent", () => {
  assert.equal(sending(opened(ticket()))[1], null);
});

test("a business that was taken back is none, not an empty text", () => {
  const [, body] = sending(typed(opened(ticket({ business: "公话" })), "business", ""));
  assert.deepEqual(body.fields, { business: null });
});

test("what is typed during a save goes with the next", () => {
  let [draft] = sending(typed(opened(ticket()), "body", "a"));
  draft = typed(draft, "body", "ab");
  draft = accepted(draft, ticket({ version: 2, body: "a" }));
  assert.equal(draft.local.body, "ab");
  assert.deepEqual(sending(draft)[1], { version: 2, fields: { body: "ab" } });
});

test("what the server adds to a save is shown", () => {
  const [draft] = sending(typed(opened(ticket()), "body", "a"));
  assert.equal(accepted(draft, ticket({ version: 2, body: "a", customer_name: "张三" })).local.customer_name, "张三");
});

test("a save that failed is sent again", () => {
  const [draft, first] = sending(typed(opened(ticket()), "body", "a"));
  assert.deepEqual(sending(failed(draft))[1], first);
});

test("somebody saved another field first: both are kept", () => {
  const [draft] = sending(typed(opened(ticket()), "body", "mine"));
  const after = conflicted(draft, ticket({ version: 5, kind: "fault" }));
  assert.equal(after.local.kind, "fault");
  assert.deepEqual(after.conflicts, {});
  assert.deepEqual(sending(after)[1], { version: 5, fields: { body: "mine" } });
});

test("somebody saved the same field first: mine stays, theirs is shown, and can be taken", () => {
  const after = conflicted(typed(opened(ticket()), "body", "mine"), ticket({ version: 5, body: "theirs" }));
  assert.equal(after.local.body, "mine");
  assert.deepEqual(after.conflicts, { body: "theirs" });
  assert.equal(settled(after, "body", { theirs: true }).local.body, "theirs");
  const kept = settled(after, "body", { theirs: false });
  assert.deepEqual([kept.local.body, kept.conflicts], ["mine", {}]);
});

test("a page that crashed gives back what it kept", () => {
  const kept = JSON.parse(JSON.stringify(typed(opened(ticket()), "body", "before the crash")));
  const draft = restored(kept, ticket({ version: 3, answer: "told" }));
  assert.equal(draft.local.body, "before the crash");
  assert.equal(draft.local.answer, "told");
  assert.deepEqual(sending(draft)[1], { version: 3, fields: { body: "before the crash" } });
});

test("a save whose answer was lost is no conflict", () => {
  const [draft] = sending(typed(opened(ticket()), "body", "a"));
  const after = restored(JSON.parse(JSON.stringify(draft)), ticket({ version: 2, body: "a" }));
  assert.equal(unsaved(after), null);
  assert.deepEqual(after.conflicts, {});
});

test("a ticket nobody wrote in is empty; one with a text or a dispatch is not", () => {
  assert.equal(isEmpty(opened(ticket({ kind: "fault" }))), true);
  assert.equal(isEmpty(opened(ticket({ body: "x" }))), false);
  assert.equal(isEmpty(opened(ticket({ state: "dispatched" }))), false);
});

test("whatever is typed, saved, failed and contested, the last text typed is on the screen or beside it", () => {
  let seed = 7;
  const any = (many) => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % many;
  for (let round = 0; round < 300; round += 1) {
    let server = ticket();
    let draft = opened(server);
    const last = {};
    for (let turn = 0; turn < 20; turn += 1) {
      const field = FIELDS[any(FIELDS.length)];
      const what = any(4);
      if (what === 0) draft = typed(draft, field, (last[field] = `${round}.${turn}`));
      if (what === 1) {
        server = { ...server, version: server.version + 1, [field]: `other ${turn}` };
        if (!(field in last)) continue;
      }
      if (what >= 2) {
        const [next, body] = sending(draft);
        draft = next;
        if (!body) continue;
        if (what === 3) draft = failed(draft);
        else if (body.version !== server.version) draft = conflicted(draft, server);
        else draft = accepted(draft, (server = { ...server, ...body.fields, version: server.version + 1 }));
      }
    }
    for (const field of Object.keys(unsaved(draft) ?? {})) assert.equal(draft.local[field], last[field]);
  }
});

test("a dispatch to nobody waits for its department; all else is saved meanwhile", () => {
  let draft = typed(typed(opened(ticket()), "state", "dispatched"), "body", "断线");
  assert.equal(lacksDepartment(draft), true);
  let body;
  [draft, body] = sending(draft);
  assert.deepEqual(body.fields, { body: "断线" });
  draft = accepted(draft, ticket({ body: "断线", version: 2 }));
  assert.equal(draft.local.state, "dispatched", "what was chosen stays chosen");
  assert.equal(sending(draft)[1], null);
  [, body] = sending(typed(draft, "department", "线路班"));
  assert.deepEqual(body.fields, { state: "dispatched", department: "线路班" });
});

test("a department that is taken away again is not saved away", () => {
  const draft = typed(opened(ticket({ state: "dispatched", department: "线路班" })), "department", " ");
  assert.equal(sending(draft)[1], null);
});

test("a ticket is to be finished until somebody says what became of it", () => {
  assert.equal(isUnfinished(opened(ticket())), true);
  assert.equal(isUnfinished(opened(ticket({ state: "answered" }))), false);
  assert.equal(isUnfinished(typed(opened(ticket({ state: "answered" })), "body", "更多")), true);
});
