// What people type for a day, and where the keys of the calendar lead.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { led, monthsLater } from "../../../web/static/page/calendar.js";
import { dayOf, moved } from "../../../web/static/page/days.js";

const CASES = JSON.parse(readFileSync(new URL("../days.json", import.meta.url)));

test("a day is understood however it is typed, as web/days.py does", () => {
  for (const [typed, means, past] of CASES) assert.equal(dayOf(typed, "2026-11-29", Boolean(past)), means, `${typed} ${past ?? ""}`);
});

test("the arrows pass the ends of months and years", () => {
  assert.equal(moved("2026-12-31", 1), "2027-01-01");
  assert.equal(moved("2028-03-01", -1), "2028-02-29");
  assert.equal(led("2026-11-30", { key: "ArrowDown" }), "2026-12-07");
  assert.equal(led("2027-01-01", { key: "ArrowLeft" }), "2026-12-31");
});

test("Home and End are the Monday and the Sunday of the week", () => {
  assert.equal(led("2026-12-03", { key: "Home" }), "2026-11-30");
  assert.equal(led("2026-12-03", { key: "End" }), "2026-12-06");
  assert.equal(led("2026-11-30", { key: "Home" }), "2026-11-30");
});

test("a month later is that month's last day when it is shorter", () => {
  assert.equal(monthsLater("2027-01-31", 1), "2027-02-28");
  assert.equal(led("2028-02-29", { key: "PageDown", shiftKey: true }), "2029-02-28");
  assert.equal(led("2027-01-31", { key: "PageUp" }), "2026-12-31");
  assert.equal(led("2027-01-31", { key: "Enter" }), null);
});
