import assert from "node:assert/strict";
import { test } from "node:test";
import * as edits from "../../../src/antiphon/web/static/music/edits.js";
import { pieceOf } from "./piece.mjs";

const notesOf = (piece) => piece.tracks[0].notes;

test("a note that comes is put in its place, and the piece before stays as it was", () => {
  const before = pieceOf();
  const after = edits.replaceNotes(before, "melody", new Set(), [[48, 12, 67, 90]]);
  assert.deepEqual(
    notesOf(after).map((note) => note[0]),
    [0, 48, 96],
  );
  assert.equal(notesOf(before).length, 2);
  assert.equal(notesOf(after)[0], notesOf(before)[0]);
});

test("notes move together only as far as all of them stay within the piece", () => {
  const piece = pieceOf();
  const chosen = new Set(notesOf(piece));
  assert.deepEqual(
    edits.moved(piece, chosen, -10, 1).map((n) => [n[0], n[2]]),
    [
      [0, 61],
      [96, 65],
    ],
  );
  assert.deepEqual(
    edits.moved(piece, chosen, 0, 100).map((n) => n[2]),
    [123, 127],
  );
  assert.equal(edits.moved(piece, new Set([notesOf(piece)[1]]), 1000, 0)[0][0], 4 * 96 - 1);
});

test("a note is no longer than the piece and no shorter than the grid", () => {
  const piece = pieceOf();
  const last = new Set([notesOf(piece)[1]]);
  assert.equal(edits.resized(piece, last, 10_000, 6)[0][1], 4 * 96 - 96);
  assert.equal(edits.resized(piece, last, -10_000, 6)[0][1], 6);
});

test("quantising counts from the bar line", () => {
  const piece = pieceOf({ metres: [{ onset: 0, numerator: 7, denominator: 8 }] });
  const late = [[84 + 7, 6, 60, 90]];
  assert.deepEqual(edits.quantised(piece, new Set(late), 24), [[84, 6, 60, 90]]);
  assert.deepEqual(edits.quantised(piece, new Set(late), 6), [[90, 6, 60, 90]]);
});

test("velocities stay within 1 and 127", () => {
  const note = [0, 1, 60, 100];
  assert.equal(edits.withVelocity(new Set([note]), () => 300)[0][3], 127);
  assert.equal(edits.withVelocity(new Set([note]), () => -3)[0][3], 1);
});

test("what would begin after the piece is not pasted", () => {
  const copies = edits.pasted(
    pieceOf(),
    [
      [0, 24, 60, 90],
      [96, 48, 64, 80],
    ],
    300,
  );
  assert.deepEqual(copies, [[300, 24, 60, 90]]);
});

test("a chord written into another one cuts it", () => {
  const piece = pieceOf({ chords: [{ onset: 0, duration: 192, symbol: "C" }] });
  assert.deepEqual(edits.withChord(piece, 96, "G").chords, [
    { onset: 0, duration: 96, symbol: "C" },
    { onset: 96, duration: 96, symbol: "G" },
  ]);
});

test("a chord taken away lets the one before sound on", () => {
  const piece = pieceOf({
    chords: [
      { onset: 0, duration: 96, symbol: "C" },
      { onset: 96, duration: 96, symbol: "G" },
    ],
  });
  assert.deepEqual(edits.withChord(piece, 96, "").chords, [{ onset: 0, duration: 192, symbol: "C" }]);
});

test("a chord in an empty place reaches to the next one", () => {
  const piece = pieceOf({ chords: [{ onset: 192, duration: 96, symbol: "C" }] });
  assert.deepEqual(edits.withChord(piece, 96, "F").chords[0], { onset: 96, duration: 96, symbol: "F" });
});

test("a section reaches to the next one, and joins the one before when its name is taken away", () => {
  let piece = edits.withSection(pieceOf(), 0, "A");
  piece = edits.withSection(piece, 2, "B");
  assert.deepEqual(piece.sections, [
    { start: 0, n_bars: 2, label: "A" },
    { start: 2, n_bars: 2, label: "B" },
  ]);
  assert.deepEqual(edits.withSection(piece, 2, " ").sections, [{ start: 0, n_bars: 4, label: "A" }]);
});

test("a fader leaves one controller of its number, at the beginning", () => {
  const piece = pieceOf();
  piece.tracks[0].controls = [
    [0, 7, 100],
    [0, 10, 20],
    [48, 7, 20],
  ];
  assert.deepEqual(edits.withControl(piece, "melody", 7, 55.4).tracks[0].controls, [
    [0, 7, 55],
    [0, 10, 20],
  ]);
});

test("tempo changes keep their proportion", () => {
  const piece = pieceOf({
    tempos: [
      { onset: 0, bpm: 100 },
      { onset: 96, bpm: 50 },
    ],
  });
  assert.deepEqual(
    edits.withTempo(piece, 120).tempos.map((tempo) => tempo.bpm),
    [120, 60],
  );
});
