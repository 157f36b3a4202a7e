import assert from "node:assert/strict";
import { test } from "node:test";
import { endOfBar, LiveLine } from "../../../src/antiphon/web/static/live/line.js";
import { BASS, barOf, DRUMS } from "./bars.mjs";

const FIRST = 10.3; // a bar that comes at 10 begins 0.3 s later
const told = (events) => events.map((e) => [e.kind, e.number, Math.round(e.time * 1e4) / 1e4]);
const ons = (events) => told(events).filter(([kind]) => kind === "on");

/** A line whose first bar came at 10, and whose others came each a moment before it began. */
function lineOf(...bars) {
  const line = new LiveLine();
  bars.forEach((bar, n) => line.add(bar, 10 + 2 * n));
  return line;
}

/** Everything up to a time, in ticks as a browser gives them. */
function inTicks(line, from, to) {
  const events = [];
  for (let now = from; now < to; now += 0.025) events.push(...line.advance(now, now + 0.12));
  return events;
}

test("the first bar begins a moment after it came, the next one where it ends", () => {
  const line = lineOf(barOf(0), barOf(1));
  assert.deepEqual(ons(inTicks(line, 10, 14.2)), [
    ["on", 36, FIRST],
    ["on", 43, 11.3],
    ["on", 36, 12.3],
    ["on", 43, 13.3],
  ]);
});

test("a note ends where it says, and before the key is struck again", () => {
  const line = lineOf(barOf(0, { notes: [[0, 1.5, 0, 36, 80], [1, 0.5, 0, 36, 80]] })); // prettier-ignore
  assert.deepEqual(told(line.advance(10, 20)).slice(0, 4), [
    ["on", 36, 10.3],
    ["off", 36, 11.3],
    ["on", 36, 11.3],
    ["off", 36, 11.8],
  ]);
});

test("a bar that is late is made up of the last one, softly, and goes on itself from where it comes", () => {
  const line = lineOf(barOf(0));
  const before = inTicks(line, 10, 12.6); // the second bar would have begun at 12.3
  assert.deepEqual(ons(before).slice(2), [["on", 36, 12.3]]);
  assert.equal(before.filter(({ kind }) => kind === "on")[2].value, 60);
  assert.equal(line.covers, 1);
  line.add(barOf(1, { notes: [[0, 0.5, 0, 48, 90], [1.5, 0.5, 0, 55, 90]] }), 12.6); // prettier-ignore
  assert.deepEqual(ons(inTicks(line, 12.6, 14.2)), [["on", 55, 13.8]]);
  assert.equal(line.covers, 0);
  assert.deepEqual(
    line.bars[1].notes.map(([, , , pitch]) => pitch),
    [36, 55], // what was heard
  );
});

test("of four bars that come as one only the last is made up", () => {
  const notes = [0, 2, 4, 6].map((at_s, n) => [at_s, 0.5, 0, 60 + n, 80]);
  const line = lineOf(barOf(0, { n_bars: 4, duration_s: 8, notes }));
  assert.deepEqual(ons(inTicks(line, 10, 20.2)).at(-1), ["on", 63, 18.3]);
  assert.deepEqual([line.bars[1].bar, line.bars[1].at_s], [4, 8]);
});

test("a mend replaces what has not sounded", () => {
  const line = lineOf(barOf(0));
  inTicks(line, 10, 10.5);
  const chords = [[0, "C"], [0.5, "Am"]]; // prettier-ignore
  line.mend({ mend: 0, from_s: 0.5, notes: [[1, 0.5, 0, 47, 80]], chords }, 10.5);
  assert.deepEqual(ons(inTicks(line, 10.5, 12)), [["on", 47, 11.3]]);
  assert.deepEqual(line.bars[0].chords, chords);
  line.mend({ mend: 9, from_s: 0, notes: [] }, 12); // a bar that never was
});

test("a mend ends what sounds and is to end, and what it drops although it has begun", () => {
  const line = lineOf(barOf(0, { notes: [[0, 2, 0, 36, 80], [0.4, 1, 0, 40, 80], [0.5, 1, 0, 43, 80]] })); // prettier-ignore
  inTicks(line, 10, 10.75); // until 10.845: all have begun
  line.mend({ mend: 0, from_s: 0.5, notes: [[0.5, 1, 0, 45, 80]], ends: [[0, 36]] }, 10.75);
  assert.deepEqual(told(inTicks(line, 10.75, 11)), [
    ["off", 36, 10.845],
    ["off", 43, 10.845],
    ["on", 45, 10.845], // a little late, but not lost
  ]);
  assert.deepEqual(told(inTicks(line, 11, 12)), [
    ["off", 40, 11.7],
    ["off", 45, 11.8], // when it would have ended
  ]);
});

test("a note of a mend that has begun already goes on, and one from long ago is not played", () => {
  const long = [0, 1.8, 0, 36, 80];
  const line = lineOf(barOf(0, { notes: [long] }));
  inTicks(line, 10, 11.2); // until 11.295
  line.mend({ mend: 0, from_s: 0, notes: [long, [0.6, 1, 0, 20, 9], [1.2, 0.5, 0, 47, 80]] }, 11.2);
  assert.deepEqual(told(inTicks(line, 11.2, 12.1)), [
    ["on", 47, 11.5],
    ["off", 47, 12],
    ["off", 36, 12.1],
  ]);
});

test("bars that come ever later are stretched, by less than is heard, until they have their moment again", () => {
  const line = lineOf(barOf(0));
  line.add(barOf(1), 12.28); // 0.02 s before it begins
  assert.equal(line.bars[1].stretch, 1.005);
  assert.ok(Math.abs(endOfBar(line.bars[1]) - 14.31) < 1e-9);
  line.add(barOf(2), 13.9); // 0.41 s before
  assert.equal(line.bars[2].stretch, 0.995);
});

test("an hour by a clock that is 100 millionths slow needs no cover", () => {
  const line = new LiveLine();
  for (let n = 0; n < 1800; n++) {
    const now = 10 + 2 * n * 1.0001;
    line.add(barOf(n), now);
    line.advance(now, now + 0.12);
    assert.equal(line.covers, 0);
  }
  const { time } = line.bars.at(-1);
  assert.ok(Math.abs(time - (10 + 2 * 1799 * 1.0001) - 0.3) < 0.05);
});

test("notes keep their track when the band changes", () => {
  const line = lineOf(barOf(0), barOf(1, { tracks: [DRUMS, BASS], notes: [[0, 0.1, 0, 36, 80], [0, 1, 1, 40, 80]] })); // prettier-ignore
  assert.deepEqual(line.tracks, [BASS, DRUMS]);
  assert.deepEqual(
    line.bars[1].notes.map(([, , track]) => track),
    [1, 0],
  );
});

test("what is played has its place in the music, however bars were stretched", () => {
  const line = lineOf(barOf(0));
  line.add(barOf(1), 12.28); // begins at 12.3 and is 2.01 s long
  assert.ok(Math.abs(line.secondsAt(12.3 + 1.005) - 3) < 1e-9);
  assert.ok(Math.abs(line.secondsAt(10) + 0.3) < 1e-9);
});

test("at the end what sounds is let go, and what was to come never was", () => {
  const line = lineOf(barOf(0), barOf(1));
  line.advance(10, 10.5);
  assert.deepEqual(told(line.stop()), [["off", 36, 10.5]]);
  assert.deepEqual(
    line.bars.map(({ notes }) => notes.length),
    [1],
  );
});
