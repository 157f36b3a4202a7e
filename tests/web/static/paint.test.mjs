import assert from "node:assert/strict";
import { test } from "node:test";
import { countIn } from "../../../src/antiphon/web/static/live/paint.js";
import { barOf } from "./bars.mjs";

const placed = (bar, change = {}) => ({ ...barOf(bar, change), time: 10 + 2 * bar, stretch: 1, places: [0] });
const beats = Array.from({ length: 16 }, (_, n) => n / 2);
const opening = placed(0, { n_bars: 4, duration_s: 8, turn: "me", beats });
const yours = [4, 5].map((bar) => placed(bar, { turn: "you" }));

test("the last bar before another turn is counted down, beat by beat", () => {
  const bars = [opening, ...yours];
  assert.equal(countIn(bars, 15.9, 2), null); // the third bar of the opening
  assert.deepEqual(countIn(bars, 16.1, 2), { turn: "you", beats: 4 });
  assert.deepEqual(countIn(bars, 17.6, 2), { turn: "you", beats: 1 });
  assert.equal(countIn(bars, 18.1, 2), null); // the first of two bars
  assert.deepEqual(countIn(bars, 20.1, 2), { turn: "me", beats: 4 });
});

test("where nobody waits for a turn nothing is counted", () => {
  assert.equal(countIn([placed(0)], 10.1, Infinity), null);
  assert.equal(countIn([], 10, 4), null);
  assert.equal(countIn([opening], 9, 4), null);
});
