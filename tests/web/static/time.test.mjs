import assert from "node:assert/strict";
import { test } from "node:test";
import {
  barOf,
  barsFromWords,
  barsInWords,
  barStarts,
  beatSteps,
  placeOf,
  Timeline,
} from "../../../src/antiphon/web/static/music/time.js";
import { pieceOf } from "./piece.mjs";

test("bars follow the metres, and a metre inside a bar cuts it", () => {
  const piece = pieceOf({
    n_bars: 4,
    metres: [
      { onset: 0, numerator: 4, denominator: 4 },
      { onset: 96, numerator: 3, denominator: 4 },
      { onset: 200, numerator: 6, denominator: 8 },
    ],
  });
  assert.deepEqual(barStarts(piece), [0, 96, 168, 200, 272]);
});

test("a bar of 6/8 has two beats of a dotted quarter", () => {
  const piece = pieceOf({ metres: [{ onset: 0, numerator: 6, denominator: 8 }] });
  assert.equal(beatSteps(piece, 0), 36);
  assert.deepEqual(placeOf(piece, 72 + 36), { bar: 2, beat: 2 });
});

test("steps before and after the piece belong to its first and last bar", () => {
  assert.equal(barOf([0, 96, 192], -5), 0);
  assert.equal(barOf([0, 96, 192], 96), 1);
  assert.equal(barOf([0, 96, 192], 500), 1);
});

test("seconds follow a change of tempo, and back again", () => {
  const timeline = new Timeline({
    resolution: 24,
    tempos: [
      { onset: 0, bpm: 60 },
      { onset: 48, bpm: 120 },
    ],
  });
  assert.equal(timeline.secondsAt(48), 2);
  assert.equal(timeline.secondsAt(72), 2.5);
  assert.equal(timeline.stepAt(2.5), 72);
  assert.equal(timeline.stepAt(1), 24);
});

test("bars are written as runs and read back", () => {
  assert.equal(barsInWords(new Set([8, 0, 1, 2])), "1-3,9");
  assert.deepEqual(barsFromWords("1-3, 9", 16), new Set([0, 1, 2, 8]));
  assert.deepEqual(barsFromWords("5–6，8", 16), new Set([4, 5, 7]));
});

test("words that are no bars of the piece are refused", () => {
  for (const words of ["", "0-2", "3-1", "1-17", "five", "1-2-3"])
    assert.equal(barsFromWords(words, 16), null, words);
});
