import assert from "node:assert/strict";
import { test } from "node:test";
import { moving } from "../../../src/antiphon/web/static/music/mood.js";

test("a mood that moves is a curve from the first bar to the last", () => {
  const asked = { style: "pop", bars: 16, valence: -0.5, arousal: 0.2, end: { valence: 0.8, arousal: 0.6 } };
  assert.deepEqual(moving(asked), { style: "pop", bars: 16, mood_curve: "1:-0.5,0.2 16:0.8,0.6" });
});

test("a mood that stays is said as it is", () => {
  assert.deepEqual(moving({ bars: 8, valence: 1, arousal: 0 }), { bars: 8, valence: 1, arousal: 0 });
});

test("a mood with an end only begins in the middle", () => {
  assert.deepEqual(moving({ end: { valence: 1, arousal: -1 } }), { mood_curve: "1:0,0 32:1,-1" });
});
