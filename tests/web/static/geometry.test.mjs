import assert from "node:assert/strict";
import { test } from "node:test";
import {
  gridLines,
  hit,
  inBox,
  numberedBars,
  snapped,
  View,
  visible,
} from "../../../src/antiphon/web/static/roll/geometry.js";
import { barStarts } from "../../../src/antiphon/web/static/music/time.js";
import { pieceOf, tuneOf } from "./piece.mjs";

const view = new View({ left: 0, top: 72, perStep: 2, row: 10, width: 400, height: 200, length: 384 });

test("a pitch is found in its own row, at the upper and the lower edge", () => {
  assert.equal(view.y(71), 0);
  assert.equal(view.pitch(0), 71);
  assert.equal(view.pitch(9.9), 71);
  assert.equal(view.pitch(10), 70);
});

test("zooming keeps the step under the pointer where it is", () => {
  const near = view.with({ left: 50 }).zoomed(2, 100);
  assert.equal(near.perStep, 4);
  assert.equal(near.step(100), 100);
});

test("zooming in pitch keeps the row under the pointer where it is", () => {
  const near = view.zoomedRows(2, 100);
  assert.equal(near.row, 20);
  assert.equal(near.top - 100 / 20, 72 - 100 / 10);
});

test("one cannot scroll before the first step nor past the last", () => {
  assert.equal(view.with({ left: -50 }).left, 0);
  assert.equal(view.with({ left: 9999 }).left, 384 - 400 / 2);
});

test("how near one can come is counted in quarter notes, whatever the resolution", () => {
  const fine = new View({ width: 400, length: 16 * 480, resolution: 480, perStep: 1 }).zoomed(1e6, 0);
  assert.equal(fine.perStep * 480, 400);
});

test("a piece that was not seen before is shown whole, its notes in the middle", () => {
  const piece = tuneOf([
    [0, 24, 60, 90],
    [96, 48, 72, 80],
  ]);
  const whole = view.fitted(piece);
  assert.equal(whole.left, 0);
  assert.equal(whole.perStep, 400 / 384);
  assert.ok(Math.abs((whole.top + whole.top - whole.height / whole.row) / 2 - 66.5) < 1e-9);
});

test("a track in hand is brought into view, as little as it takes", () => {
  const seen = new View({ top: 80, row: 10, height: 200 }); // rows of 60 to 79
  const notes = (...pitches) => pitches.map((pitch) => [0, 24, pitch, 90]);
  assert.equal(seen.revealing(notes(60, 79)), seen);
  assert.equal(seen.revealing([]), seen);
  assert.equal(seen.revealing(notes(36, 50)).top, 56); // rows of 36 to 55
  assert.equal(seen.revealing(notes(72, 90)).top, 91);
  assert.equal(seen.revealing(notes(20, 100)).top, 40);
});

test("the end of a note lengthens it, its body moves it, beside it there is nothing", () => {
  const notes = [[10, 20, 60, 90]]; // x from 20 to 60, y from 110 to 120
  assert.equal(hit(view, notes, 30, 115).grip, "body");
  assert.equal(hit(view, notes, 58, 115).grip, "end");
  assert.equal(hit(view, notes, 19, 115), null);
  assert.equal(hit(view, notes, 30, 121), null);
});

test("of notes above each other the later one is caught", () => {
  const notes = [
    [0, 50, 60, 90],
    [10, 5, 60, 90],
  ];
  assert.equal(hit(view, notes, 24, 115).note, notes[1]);
});

test("a frame catches what it touches, whichever corner it was begun at", () => {
  const notes = [
    [10, 20, 60, 90],
    [100, 20, 60, 90],
    [10, 20, 40, 90],
  ];
  assert.deepEqual(inBox(view, notes, { x0: 70, y0: 130, x1: 50, y1: 100 }), [notes[0]]);
});

test("long notes that began before the left edge are seen", () => {
  const notes = [
    [0, 100, 60, 90],
    [10, 5, 60, 90],
    [60, 5, 60, 90],
    [200, 5, 60, 90],
  ];
  assert.deepEqual(visible(notes, 50, 90, 100), [0, 3]);
  assert.deepEqual(visible(notes, 150, 190, 5), [3, 3]);
});

test("the grid counts from each bar line", () => {
  const piece = pieceOf({ metres: [{ onset: 0, numerator: 7, denominator: 8 }] });
  const starts = barStarts(piece);
  assert.equal(snapped(starts, 84 + 30, 24), 108);
  assert.equal(snapped(starts, 83, 24), 72);
});

test("lines thin out when there is no room for them", () => {
  const piece = pieceOf({ n_bars: 64 });
  const starts = barStarts(piece);
  const kinds = (given) => new Set(gridLines(piece, starts, given, 6).map((line) => line.kind));
  assert.deepEqual(kinds(view), new Set(["bar", "beat", "grid"]));
  const far = new View({ ...view, perStep: 0.05, length: 64 * 96 });
  assert.deepEqual(kinds(far), new Set(["bar"]));
  assert.equal(gridLines(piece, starts, far, 6)[1].bar, 2); // 4.8 px a bar: every second
  assert.deepEqual(numberedBars(starts, far).slice(0, 2), [0, 16]); // 40 px are more than 8 bars
});
