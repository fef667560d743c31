// What people type for a time of day, and what it means.
import assert from "node:assert/strict";
import test from "node:test";
import { stepped, timeOf } from "../../../web/static/page/clock.js";

test("a time is understood however it is typed", () => {
  for (const typed of ["07:30", "7:30", "0730", "730", "07：30", " 7.30 ", "７:30"]) assert.equal(timeOf(typed), "07:30", typed);
  assert.equal(timeOf("7"), "07:00");
  assert.equal(timeOf("23:59"), "23:59");
});

test("what is no time of a day is left as it was typed", () => {
  for (const typed of ["", "24:00", "7:60", "noon", "7:3", "12345", "-1:00"]) assert.equal(timeOf(typed), null, typed);
});

test("the arrows pass midnight both ways", () => {
  assert.equal(stepped("23:58", 5), "00:03");
  assert.equal(stepped("00:00", -60), "23:00");
  assert.equal(stepped("07:30", 60), "08:30");
});
