import assert from "node:assert/strict";
import { test } from "node:test";
import { Hands } from "../../../src/antiphon/web/static/live/hands.js";

function handsOf() {
  const heard = [];
  const sound = { on: (...note) => heard.push(["on", ...note]), off: (pitch) => heard.push(["off", pitch]) };
  return { hands: new Hands(sound), heard };
}
const spans = (hands) => hands.notes.map(({ pitch, time, end }) => [pitch, time, end]);

test("a note sounds at once and until its key is up", () => {
  const { hands, heard } = handsOf();
  hands.press(60, 90, 1);
  assert.deepEqual([...hands.pressed], [60]);
  hands.release(60, 1.5);
  hands.release(60, 1.6); // up already
  assert.deepEqual(heard, [
    ["on", 60, 90],
    ["off", 60],
  ]);
  assert.deepEqual(spans(hands), [[60, 1, 1.5]]);
});

test("under the pedal it sounds on, and a key that is struck again ends it", () => {
  const { hands, heard } = handsOf();
  hands.pedal(true, 0);
  for (const [pitch, time] of [
    [60, 1],
    [64, 2],
    [60, 3],
  ]) {
    // prettier-ignore
    hands.press(pitch, 90, time);
    hands.release(pitch, time + 0.5);
  }
  assert.deepEqual(spans(hands), [
    [60, 1, 3],
    [64, 2, null],
    [60, 3, null],
  ]);
  hands.pedal(false, 4);
  assert.deepEqual(
    spans(hands).map(([, , end]) => end),
    [3, 4, 4],
  );
  assert.equal(heard.filter(([kind]) => kind === "off").length, 3);
});

test("what began and what ended is told once", () => {
  const { hands } = handsOf();
  hands.press(60, 90, 1);
  hands.press(64, 90, 1);
  assert.deepEqual(
    hands.news(1).map(({ pitch }) => pitch),
    [60],
  );
  assert.deepEqual(
    hands.news(9).map(({ pitch }) => pitch),
    [64],
  );
  assert.deepEqual(hands.news(9), []);
  hands.rest(2);
  assert.deepEqual(
    hands.news(9).map(({ pitch, end }) => [pitch, end]),
    [
      [60, 2],
      [64, 2],
    ],
  );
});
