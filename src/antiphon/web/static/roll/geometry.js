/**
 * Where things are in the piano roll: steps and pitches ⇄ pixels. No drawing, no state.
 * @import {Note, Piece} from "../types.js"
 */
import { barOf, beatSteps, lastNotAbove } from "../music/time.js";
import { clamp } from "../music/edits.js";

const [MIN_QUARTER, MAX_QUARTER] = [1, 400]; // pixels a quarter note
const [MIN_ROW, MAX_ROW] = [4, 32]; // pixels a semitone
const EDGE = 6; // pixels at a note's end that resize it

/** @typedef {"body" | "end"} Grip */

/** What is seen: `left` is the step at the left edge, `top` the pitch above the upper edge. */
export class View {
  /**
   * @param {{left?: number, top?: number, perStep?: number, row?: number,
   *          width?: number, height?: number, length?: number, resolution?: number}} [given]
   *   perStep pixels a step, row pixels a semitone, length steps of the piece
   */
  constructor(given = {}) {
    this.left = given.left ?? 0;
    this.top = given.top ?? 96;
    this.perStep = given.perStep ?? 1;
    this.row = given.row ?? 12;
    this.width = given.width ?? 600;
    this.height = given.height ?? 300;
    this.length = given.length ?? 1536;
    this.resolution = given.resolution ?? 24;
  }

  /** @param {Partial<View>} change @returns {View} within bounds */
  with(change) {
    const next = new View({ ...this, ...change });
    const least = Math.max(MIN_QUARTER / next.resolution, next.width / next.length);
    next.perStep = clamp(next.perStep, least, MAX_QUARTER / next.resolution);
    next.row = clamp(next.row, MIN_ROW, MAX_ROW);
    const most = Math.max(0, next.length - next.width / next.perStep);
    next.left = clamp(next.left, 0, most);
    next.top = clamp(next.top, Math.min(128, next.height / next.row), 128);
    return next;
  }

  /** @param {number} step */
  x(step) {
    return (step - this.left) * this.perStep;
  }

  /** @param {number} pitch @returns {number} upper edge of its row */
  y(pitch) {
    return (this.top - pitch - 1) * this.row;
  }

  /** @param {number} x */
  step(x) {
    return this.left + x / this.perStep;
  }

  /** @param {number} y */
  pitch(y) {
    return clamp(Math.ceil(this.top - y / this.row) - 1, 0, 127);
  }

  /** @returns {number} the first step that is no longer seen */
  get right() {
    return this.left + this.width / this.perStep;
  }

  /**
   * Zoom in time and keep the step under `x` where it is.
   * @param {number} factor
   * @param {number} x
   */
  zoomed(factor, x) {
    const fixed = this.step(x);
    const next = this.with({ perStep: this.perStep * factor });
    return next.with({ left: fixed - x / next.perStep });
  }

  /**
   * Zoom in pitch and keep the pitch under `y` where it is.
   * @param {number} factor
   * @param {number} y
   */
  zoomedRows(factor, y) {
    const fixed = this.top - y / this.row;
    const next = this.with({ row: this.row * factor });
    return next.with({ top: fixed + y / next.row });
  }

  /**
   * Show all of a piece's length, and its pitches in the middle.
   * @param {Piece} piece
   * @param {number} [bar] pixels that a bar has at least, even if not all are seen then
   */
  fitted(piece, bar = 0) {
    const pitches = piece.tracks.filter((t) => !t.is_drum).flatMap((t) => t.notes.map((n) => n[2]));
    const low = pitches.reduce((a, b) => Math.min(a, b), 127);
    const high = pitches.reduce((a, b) => Math.max(a, b), 0);
    const known = pitches.length ? [low, high] : [36, 84];
    const row = clamp(this.height / (known[1] - known[0] + 5), 7, 24);
    const middle = (known[0] + known[1] + 1) / 2;
    const perStep = Math.max(this.width, bar * piece.n_bars) / this.length;
    return this.with({ perStep, left: 0, row }).with({ top: middle + this.height / row / 2 });
  }

  /**
   * Move up or down until notes are seen, as little as it takes; the lowest where they are too many.
   * @param {Note[]} notes
   */
  revealing(notes) {
    if (!notes.length) return this;
    const pitches = notes.map(([, , pitch]) => pitch);
    const n_rows = this.height / this.row;
    const [low, high] = [Math.min(...pitches), Math.max(...pitches)];
    const top = Math.min(Math.max(this.top, high + 1), low + n_rows);
    return top === this.top ? this : this.with({ top });
  }
}

/**
 * The notes of a track that may be seen between two steps.
 * @param {Note[]} notes sorted by onset
 * @param {number} from
 * @param {number} to
 * @param {number} longest longest duration in the track
 * @returns {[number, number]} first index, and the one after the last
 */
export function visible(notes, from, to, longest) {
  const onset = (/** @type {Note} */ note) => note[0];
  return [lastNotAbove(notes, from - longest - 1, onset) + 1, lastNotAbove(notes, to, onset) + 1];
}

/**
 * The uppermost note under a point, and whether its end was caught.
 * @param {View} view
 * @param {Note[]} notes
 * @param {number} x
 * @param {number} y
 * @returns {{note: Note, grip: Grip}|null}
 */
export function hit(view, notes, x, y) {
  const pitch = view.pitch(y);
  const step = view.step(x);
  for (let index = notes.length - 1; index >= 0; index--) {
    const note = notes[index];
    if (note[2] !== pitch || note[0] > step) continue;
    const end = Math.max(view.x(note[0] + note[1]), view.x(note[0]) + 4);
    if (x > end) continue;
    const edge = Math.min(EDGE, (end - view.x(note[0])) / 3);
    return { note, grip: x >= end - edge ? "end" : "body" };
  }
  return null;
}

/**
 * Notes that a rectangle of pixels touches.
 * @param {View} view
 * @param {Note[]} notes
 * @param {{x0: number, y0: number, x1: number, y1: number}} box any two corners
 */
export function inBox(view, notes, box) {
  const [from, to] = [view.step(Math.min(box.x0, box.x1)), view.step(Math.max(box.x0, box.x1))];
  const high = view.pitch(Math.min(box.y0, box.y1));
  const low = view.pitch(Math.max(box.y0, box.y1));
  return notes.filter(
    ([onset, duration, pitch]) => onset < to && onset + duration > from && pitch >= low && pitch <= high,
  );
}

/**
 * The grid line at or before a step.
 * @param {number[]} starts of bars
 * @param {number} step
 * @param {number} grid steps
 */
export function snapped(starts, step, grid) {
  const bar = starts[barOf(starts, step)];
  return bar + Math.floor((step - bar) / grid) * grid;
}

/** Every how many bars, a power of two, are at least `apart` pixels. @param {number} bar pixels of one @param {number} apart */
function thinned(bar, apart) {
  return 2 ** Math.max(0, Math.ceil(Math.log2(apart / bar)));
}

/**
 * The lines to draw: bars always (thinned when they are closer than 8 px), beats and grid where
 * there is room.
 * @param {Piece} piece
 * @param {number[]} starts
 * @param {View} view
 * @param {number} grid steps
 * @returns {{step: number, kind: "bar" | "beat" | "grid", bar: number}[]}
 */
export function gridLines(piece, starts, view, grid) {
  const lines = [];
  const first = barOf(starts, view.left);
  const length = starts[first + 1] - starts[first];
  const every = thinned(length * view.perStep, 8);
  for (let bar = first; bar < starts.length && starts[bar] <= view.right; bar++) {
    if (bar % every === 0 || bar === starts.length - 1) {
      lines.push({ step: starts[bar], kind: /** @type {const} */ ("bar"), bar });
    }
    if (bar === starts.length - 1) break;
    const beat = beatSteps(piece, starts[bar]);
    const fine = grid * view.perStep >= 8 ? grid : beat * view.perStep >= 8 ? beat : 0;
    for (let step = fine; fine && step < starts[bar + 1] - starts[bar]; step += fine) {
      const kind = step % beat === 0 ? "beat" : "grid";
      lines.push({ step: starts[bar] + step, kind: /** @type {"beat"|"grid"} */ (kind), bar });
    }
  }
  return lines;
}

/**
 * Which bars get a number in the ruler, so that numbers are at least 40 px apart.
 * @param {number[]} starts
 * @param {View} view
 */
export function numberedBars(starts, view) {
  const length = starts.length > 1 ? (starts.at(-1) ?? 1) / (starts.length - 1) : 1;
  const every = thinned(length * view.perStep, 40);
  const bars = [];
  for (let bar = 0; bar < starts.length - 1; bar += every) {
    if (starts[bar + 1] >= view.left && starts[bar] <= view.right) bars.push(bar);
  }
  return bars;
}
