import assert from "node:assert/strict";
import { test } from "node:test";
import { CLICK_S, CLICKS, offsetOf } from "../../../src/antiphon/web/static/live/calibration.js";
import { meaningOf } from "../../../src/antiphon/web/static/live/midi.js";
import { letterOf, stepOf } from "../../../src/antiphon/web/static/live/typing.js";

test("a MIDI keyboard's messages are understood on every channel", () => {
  assert.deepEqual(meaningOf([0x93, 60, 100]), { kind: "on", pitch: 60, velocity: 100 });
  assert.deepEqual(meaningOf([0x90, 60, 0]), { kind: "off", pitch: 60 });
  assert.deepEqual(meaningOf([0x85, 60, 64]), { kind: "off", pitch: 60 });
  assert.deepEqual(meaningOf([0xb0, 64, 127]), { kind: "pedal", down: true });
  assert.deepEqual(meaningOf([0xb0, 64, 0]), { kind: "pedal", down: false });
  assert.deepEqual(meaningOf([0xe0, 0, 64]), { kind: "bend", value: 0 });
  assert.deepEqual(meaningOf([0xe0, 0, 0]), { kind: "bend", value: -8192 });
});

test("what is not heard is no message", () => {
  for (const data of [[0xf8], [0xfe], [0xb0, 1, 20], [0xc0, 5], [0xd0, 9], []]) {
    assert.equal(meaningOf(data), null);
  }
});

test("two rows of the computer keyboard are two octaves and a half", () => {
  assert.deepEqual(["KeyZ", "KeyS", "KeyM", "KeyQ", "KeyU", "KeyP"].map(stepOf), [0, 1, 11, 12, 23, 28]);
  assert.equal(stepOf("Comma"), stepOf("KeyQ"));
  assert.equal(stepOf("KeyA"), undefined);
  assert.deepEqual([0, 12, 28, 29].map(letterOf), ["Z", "Q", "P", ""]);
});

const clicks = Array.from({ length: CLICKS }, (_, n) => 100 + n * CLICK_S);

test("the offset is that of the middle tap, whatever was tapped before one had the beat", () => {
  const taps = clicks.slice(2).map((click, n) => click + 0.08 + 0.01 * ((n % 3) - 1));
  assert.ok(Math.abs(offsetOf(clicks, [100.3, ...taps, taps.at(-1) + 3]) - 0.08) < 1e-9);
});

test("who hears by radio taps late, who is eager a little early", () => {
  for (const late of [0.3, -0.05]) {
    const taps = clicks.map((click) => click + late);
    assert.ok(Math.abs(offsetOf(clicks, taps) - late) < 1e-9);
  }
});

test("few taps, or taps anywhere, measure nothing", () => {
  assert.equal(offsetOf(clicks, []), null);
  assert.equal(offsetOf(clicks, clicks.slice(4, 8)), null);
  const anywhere = clicks.map((click, n) => click + (n % 2 ? 0.4 : 0));
  assert.equal(offsetOf(clicks, anywhere), null);
});
