import assert from "node:assert/strict";
import { test } from "node:test";
import { controlsAt, Scheduler } from "../../../src/antiphon/web/static/sound/scheduling.js";
import { tuneOf } from "./piece.mjs";

// 120 a minute at 24 steps: a quarter is 0.5 s, a bar of 96 steps 2 s
const piece = tuneOf([
  [0, 24, 60, 90],
  [96, 48, 64, 80],
  [336, 96, 67, 70],
]);
const near = (events) => events.map((e) => [e.kind, e.number, Math.round(e.time * 1e6) / 1e6]);

/** Everything up to a time, given out in ticks as a browser would. */
function inTicks(scheduler, from, to, tick = 0.025, ahead = 0.1) {
  const events = [];
  for (let now = from; now < to; now += tick) events.push(...scheduler.advance(now + ahead));
  return events;
}

test("notes begin and end at their exact times, whatever the ticks", () => {
  const scheduler = new Scheduler(piece);
  scheduler.start(0, 10);
  const events = inTicks(scheduler, 10, 13.5, 0.037);
  assert.deepEqual(near(events), [
    ["on", 60, 10],
    ["off", 60, 10.5],
    ["on", 64, 12],
    ["off", 64, 13],
  ]);
});

test("nothing is given out twice and nothing is left out", () => {
  const many = Array.from({ length: 3840 }, (_, i) => [i, 1, 60 + (i % 12), 90]);
  const scheduler = new Scheduler(tuneOf(many, { n_bars: 40 }));
  scheduler.start(0, 0);
  const ons = inTicks(scheduler, 0, 90, 0.031).filter((event) => event.kind === "on");
  assert.equal(ons.length, 3840);
});

test("a loop goes on at exactly the time it ends, and cuts what sounds over its end", () => {
  const scheduler = new Scheduler(piece);
  scheduler.loop = { start: 96, end: 120 }; // half a second; the note at 96 is longer
  scheduler.start(96, 0);
  const events = inTicks(scheduler, 0, 1.2);
  assert.deepEqual(near(events).slice(0, 5), [
    ["on", 64, 0],
    ["off", 64, 0.5],
    ["on", 64, 0.5],
    ["off", 64, 1],
    ["on", 64, 1],
  ]);
});

test("a thousand rounds do not drift", () => {
  const scheduler = new Scheduler(piece);
  scheduler.loop = { start: 0, end: 96 };
  scheduler.start(0, 0);
  const ons = scheduler.advance(2000.5).filter((event) => event.kind === "on");
  assert.equal(ons.length, 1001);
  assert.ok(Math.abs(ons[1000].time - 2000) < 1e-6);
});

test("an edit is heard when its place comes", () => {
  const scheduler = new Scheduler(piece);
  scheduler.loop = { start: 0, end: 96 };
  scheduler.start(0, 0);
  scheduler.advance(1);
  scheduler.setPiece(tuneOf([[0, 24, 72, 90]]));
  assert.deepEqual(near(scheduler.advance(2.2)), [["on", 72, 2]]);
});

test("a tempo that changes while playing changes from here on", () => {
  const scheduler = new Scheduler(piece);
  scheduler.start(0, 0);
  scheduler.advance(1); // step 48
  scheduler.setPiece({ ...piece, tempos: [{ onset: 0, bpm: 60 }] });
  assert.deepEqual(near(scheduler.advance(3.1)), [["on", 64, 3]]); // 48 steps more at 1/24 s
  assert.equal(scheduler.positionAt(2), 72);
});

test("another take goes on at the same bar and beat, whatever its resolution", () => {
  const scheduler = new Scheduler(piece);
  scheduler.start(0, 0);
  scheduler.advance(1); // step 48
  const notes = [[1920, 480, 70, 90]]; // at step 96 of 24
  scheduler.setPiece(tuneOf(notes, { resolution: 480 }));
  assert.deepEqual(near(scheduler.advance(2.1)), [["on", 70, 2]]);
});

test("a take that is shorter than where we are begins anew", () => {
  const scheduler = new Scheduler(piece);
  scheduler.loop = { start: 0, end: Infinity };
  scheduler.start(300, 0);
  scheduler.advance(0.1);
  scheduler.setPiece(tuneOf([[0, 24, 72, 90]], { n_bars: 1 }));
  assert.deepEqual(near(scheduler.advance(0.2)), [["on", 72, 0.1]]);
});

test("it ends after the last bar when it does not go round", () => {
  const scheduler = new Scheduler(piece);
  scheduler.start(336, 0);
  const events = scheduler.advance(5);
  assert.deepEqual(near(events), [
    ["on", 67, 0],
    ["off", 67, 1],
  ]); // the note ends with the piece
  assert.equal(scheduler.running, false);
  assert.equal(scheduler.time, 1);
});

test("a key that is struck again is let go first", () => {
  const struck = [
    [0, 96, 60, 90],
    [48, 24, 60, 80],
  ];
  const scheduler = new Scheduler(tuneOf(struck));
  scheduler.start(0, 0);
  assert.deepEqual(near(scheduler.advance(1.6)), [
    ["on", 60, 0],
    ["off", 60, 1],
    ["on", 60, 1],
    ["off", 60, 1.5],
  ]);
});

test("stopping lets go of what still sounds, after what was given out ahead", () => {
  const scheduler = new Scheduler(piece);
  scheduler.start(0, 0);
  scheduler.advance(0.1);
  assert.deepEqual(near(scheduler.stop()), [["off", 60, 0.1]]);
  assert.deepEqual(scheduler.advance(5), []);
});

test("controllers come at their times, before the notes that they are for", () => {
  const controls = [
    [24, 64, 127],
    [48, 64, 0],
  ];
  const scheduler = new Scheduler(tuneOf([[24, 24, 60, 90]], {}, { controls }));
  scheduler.start(0, 0);
  assert.deepEqual(near(scheduler.advance(1.01)), [
    ["control", 64, 0.5],
    ["on", 60, 0.5],
    ["off", 60, 1],
    ["control", 64, 1],
  ]);
});

test("who begins in the middle hears controllers as they are there", () => {
  const controls = [
    [0, 7, 100],
    [24, 7, 50],
    [48, 64, 127],
    [96, 7, 20],
  ];
  assert.deepEqual(
    controlsAt(controls, 48),
    new Map([
      [7, 50],
      [64, 127],
    ]),
  );
});

test("the position follows the clock round the loop", () => {
  const scheduler = new Scheduler(piece);
  scheduler.loop = { start: 0, end: 48 };
  scheduler.start(24, 5);
  scheduler.advance(7);
  assert.equal(scheduler.positionAt(5.25), 36);
  assert.equal(scheduler.positionAt(5.75), 12);
  assert.equal(scheduler.positionAt(6.25), 36);
  assert.equal(scheduler.positionAt(6.75), 12);
});
