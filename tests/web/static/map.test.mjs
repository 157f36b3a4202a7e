import assert from "node:assert/strict";
import { test } from "node:test";
import { shares, stepped, takeAt, valueAt } from "../../../src/antiphon/web/static/music/map.js";

const FIELD = [
  [0, 10],
  [20, 30],
];

test("a measure is read between the places that were measured, and goes on level outside", () => {
  assert.equal(valueAt(FIELD, { x: 0.25, y: 0.25 }), 0); // the middle of the first of two columns
  assert.equal(valueAt(FIELD, { x: 0.75, y: 0.75 }), 30);
  assert.equal(valueAt(FIELD, { x: 0.5, y: 0.5 }), 15);
  assert.equal(valueAt(FIELD, { x: 0, y: 1 }), 20);
  assert.equal(valueAt([[7]], { x: 0.3, y: 0.9 }), 7);
});

test("values become shares of the way from the least to the most", () => {
  assert.deepEqual(shares(FIELD), [
    [0, 1 / 3],
    [2 / 3, 1],
  ]);
  assert.deepEqual(shares([[4, 4]]), [[0, 0]]);
});

test("the nearest take within reach is met", () => {
  const takes = [
    { id: "a", place: [0.5, 0.5] },
    { id: "b", place: [0.53, 0.5] },
  ];
  const map = { takes, landmarks: [], field: {}, axes: ["density", "register"] };
  assert.equal(takeAt(map, { x: 0.52, y: 0.5 }, 0.03).id, "b");
  assert.equal(takeAt(map, { x: 0.6, y: 0.5 }, 0.03), undefined);
});

test("steps end at the edge and stay round numbers", () => {
  assert.deepEqual(stepped({ x: 0.98, y: 0.1 }, 0.05, -0.2), { x: 1, y: 0 });
  assert.deepEqual(stepped({ x: 0.1, y: 0.2 }, 0.2, 0.05), { x: 0.3, y: 0.25 });
});
