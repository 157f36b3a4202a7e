/**
 * Bars, beats and seconds of a piece.
 * @import {Metre, Piece} from "../types.js"
 */

/** @type {WeakMap<Piece, number[]>} */
const STARTS = new WeakMap();

/** @param {Metre} metre @param {number} resolution @returns {number} steps of one bar */
export function barSteps({ numerator, denominator }, resolution) {
  return Math.max(1, Math.round((4 * numerator * resolution) / denominator));
}

/**
 * The first step of every bar and, last, the end of the last one. A metre that changes inside a
 * bar cuts it.
 * @param {Piece} piece
 * @returns {number[]} length n_bars + 1
 */
export function barStarts(piece) {
  const known = STARTS.get(piece);
  if (known) return known;
  const starts = [0];
  while (starts.length <= piece.n_bars) {
    const start = starts[starts.length - 1];
    const next = piece.metres.find((metre) => metre.onset > start)?.onset ?? Infinity;
    starts.push(Math.min(start + barSteps(metreAt(piece, start), piece.resolution), next));
  }
  STARTS.set(piece, starts);
  return starts;
}

/**
 * Steps from one counted beat to the next: a quarter in 4/4, a dotted quarter in 6/8.
 * @param {Piece} piece
 * @param {number} step
 */
export function beatSteps(piece, step) {
  const { numerator, denominator } = metreAt(piece, step);
  const note = (4 * piece.resolution) / denominator;
  return denominator >= 8 && numerator > 3 && numerator % 3 === 0 ? 3 * note : note;
}

/** @param {Piece} piece @param {number} step @returns {Metre} */
export function metreAt(piece, step) {
  const found = piece.metres.findLast((metre) => metre.onset <= step);
  return found ?? piece.metres[0] ?? { onset: 0, numerator: 4, denominator: 4 };
}

/**
 * Where a step is, as musicians count: bar and beat from 1.
 * @param {Piece} piece
 * @param {number} step
 */
export function placeOf(piece, step) {
  const starts = barStarts(piece);
  const bar = barOf(starts, step);
  return { bar: bar + 1, beat: Math.floor((step - starts[bar]) / beatSteps(piece, step)) + 1 };
}

/**
 * The index of the last item not above `wanted` in a sorted list; −1 when all are above.
 * @template T
 * @param {T[]} sorted
 * @param {number} wanted
 * @param {(item: T) => number} [key] what it is sorted by
 */
export function lastNotAbove(sorted, wanted, key = Number) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(sorted[middle]) <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * @param {number[]} starts as `barStarts` gives them
 * @param {number} step
 * @returns {number} the bar, within the piece
 */
export function barOf(starts, step) {
  return Math.min(Math.max(lastNotAbove(starts, step), 0), starts.length - 2);
}

/** Seconds and steps of a piece, following its tempos. */
export class Timeline {
  /** @param {Pick<Piece, "tempos" | "resolution">} piece */
  constructor(piece) {
    const tempos = piece.tempos.length ? piece.tempos : [{ onset: 0, bpm: 120 }];
    this.steps = tempos.map((tempo, index) => (index ? tempo.onset : 0));
    this.perStep = tempos.map((tempo) => 60 / (tempo.bpm * piece.resolution));
    this.seconds = [0];
    for (let index = 1; index < tempos.length; index++) {
      const length = this.steps[index] - this.steps[index - 1];
      this.seconds.push(this.seconds[index - 1] + length * this.perStep[index - 1]);
    }
  }

  /** @param {number} step */
  secondsAt(step) {
    const index = Math.max(lastNotAbove(this.steps, step), 0);
    return this.seconds[index] + (step - this.steps[index]) * this.perStep[index];
  }

  /** @param {number} seconds */
  stepAt(seconds) {
    const index = Math.max(lastNotAbove(this.seconds, seconds), 0);
    return this.steps[index] + (seconds - this.seconds[index]) / this.perStep[index];
  }
}

/**
 * Bars as people write them, `"1-4,7"`, from a set of bars that count from 0.
 * @param {Iterable<number>} bars
 */
export function barsInWords(bars) {
  const sorted = [...bars].sort((a, b) => a - b);
  /** @type {[number, number][]} */
  const runs = [];
  for (const bar of sorted) {
    const last = runs.at(-1);
    if (last && bar === last[1] + 1) last[1] = bar;
    else runs.push([bar, bar]);
  }
  return runs.map(([a, b]) => (a === b ? `${a + 1}` : `${a + 1}-${b + 1}`)).join(",");
}

/**
 * The bars that `"1-4,7"` means, counted from 0; null when it cannot be read.
 * @param {string} words
 * @param {number} nBars bars of the piece; others are no bars of it
 * @returns {Set<number>|null}
 */
export function barsFromWords(words, nBars) {
  const bars = new Set();
  for (const word of words.split(/[,，、]/)) {
    const found = /^\s*(\d+)\s*(?:[-–]\s*(\d+))?\s*$/.exec(word);
    if (!found) return null;
    const first = Number(found[1]);
    const last = Number(found[2] ?? found[1]);
    if (first < 1 || last < first || last > nBars) return null;
    for (let bar = first; bar <= last; bar++) bars.add(bar - 1);
  }
  return bars;
}
