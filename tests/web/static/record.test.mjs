import assert from "node:assert/strict";
import { test } from "node:test";
import { pieceOf } from "../../../src/antiphon/web/static/live/record.js";
import { BASS, barOf, DRUMS } from "./bars.mjs";

const YOU = { name: "You", role: "melody", program: 73, is_drum: false };
const how = { title: "Jam", most: 512, you: YOU };
const placed = (bar, time, change = {}) => ({ ...barOf(bar, change), time, stretch: 1, places: [0] });
const hand = (time, end, pitch) => ({ time, end, pitch, velocity: 70 });

// two seconds of four beats: 120 a minute; 96 steps a quarter, a bar of 384
test("bars and hands become tracks with the times at which they were heard", () => {
  const bars = [placed(0, 10.3), placed(1, 12.3, { chords: [[1, "Am"]] })];
  const piece = pieceOf(
    bars,
    [hand(11.3, 11.8, 72), hand(12.8, null, 74), hand(9, 9.5, 50), hand(10.2, 10.55, 65)],
    how,
  );
  assert.equal(piece.n_bars, 2);
  assert.deepEqual(piece.tempos, [{ onset: 0, bpm: 120 }]);
  assert.deepEqual(piece.metres, [{ onset: 0, numerator: 4, denominator: 4 }]);
  assert.deepEqual(piece.keys, [{ onset: 0, tonic: 0, mode: "major" }]);
  assert.deepEqual(piece.chords, [
    { onset: 0, duration: 576, symbol: "C" },
    { onset: 576, duration: 192, symbol: "Am" },
  ]);
  assert.deepEqual(
    piece.tracks.map(({ id, role }) => [id, role]),
    [
      ["bass", "bass"],
      ["you", "melody"],
    ],
  );
  assert.deepEqual(piece.tracks[0].notes, [
    [0, 96, 36, 80],
    [192, 96, 43, 80],
    [384, 96, 36, 80],
    [576, 96, 43, 80],
  ]);
  assert.deepEqual(piece.tracks[1].notes, [
    [0, 48, 65, 70], // a little before the first bar
    [192, 96, 72, 70],
    [480, 288, 74, 70], // it sounds still
  ]);
});

test("a bar of another length is another tempo, and hands follow it", () => {
  const slow = { at_s: 2, duration_s: 4, notes: [], beats: [0, 1, 2, 3] };
  const piece = pieceOf([placed(0, 10), placed(1, 12, slow)], [hand(14, 15, 60)], how);
  assert.deepEqual(piece.tempos, [
    { onset: 0, bpm: 120 },
    { onset: 384, bpm: 60 },
  ]);
  assert.deepEqual(piece.tracks[1].notes, [[576, 96, 60, 70]]);
});

test("metres are kept, the tempo counts quarters", () => {
  const piece = pieceOf([placed(0, 10, { metre: "6/8", beats: [0, 1] })], [], how);
  assert.deepEqual(piece.metres, [{ onset: 0, numerator: 6, denominator: 8 }]);
  assert.deepEqual(piece.tempos, [{ onset: 0, bpm: 90 }]); // three quarters in two seconds
  assert.deepEqual(piece.tracks[0].notes[1].slice(0, 2), [144, 72]);
});

test("keys are read with their signs, and what cannot be read is left out", () => {
  const keys = ["F# minor", "Bb major", "", "H dur"].map((key, n) => placed(n, 10 + 2 * n, { key }));
  assert.deepEqual(pieceOf(keys, [], how).keys, [
    { onset: 0, tonic: 6, mode: "minor" },
    { onset: 384, tonic: 10, mode: "major" },
  ]);
});

test("only the last bars are kept where there are too many", () => {
  const bars = [0, 1, 2].map((n) => placed(n, 10 + 2 * n, { notes: [[0, 1, 0, 60 + n, 80]] }));
  const piece = pieceOf(bars, [hand(10, 11, 40), hand(14, 15, 41)], { ...how, most: 2 });
  assert.equal(piece.n_bars, 2);
  assert.deepEqual(
    piece.tracks.map(({ notes }) => notes.map((note) => note[2])),
    [[61, 62], [41]],
  );
});

test("bars without metre are of four beats, and who did not play has no track", () => {
  const { beats, ...bar } = placed(0, 10, { n_bars: 4, duration_s: 8, tracks: [DRUMS] });
  const piece = pieceOf([bar], [], how);
  assert.deepEqual([piece.n_bars, piece.tempos[0].bpm], [4, 120]);
  assert.deepEqual(
    piece.tracks.map(({ id }) => id),
    ["drums"],
  );
});

test("tracks stand as the machine has them, whoever plays first", () => {
  const tracks = [DRUMS, BASS].map((track) => ({ ...track }));
  const piece = pieceOf([placed(0, 10, { tracks, notes: [[0, 1, 1, 40, 80], [1, 0.1, 0, 36, 80]] })], [], how); // prettier-ignore
  assert.deepEqual(
    piece.tracks.map(({ id }) => id),
    ["drums", "bass"],
  );
});

test("where the machine plays the same part, the musician's track is of none", () => {
  const piece = pieceOf([placed(0, 10, { tracks: [BASS] })], [hand(10, 11, 40)], {
    ...how,
    you: { ...YOU, role: "bass" },
  });
  assert.deepEqual(
    piece.tracks.map(({ role }) => role),
    ["bass", ""],
  );
});
