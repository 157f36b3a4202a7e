/**
 * The moving picture of a jam: what was heard, what sounds, and what is known to come.
 * @import {HandNote, Placed} from "../types.js"
 * @import {Colours} from "../roll/colours.js"
 */
import { endOfBar, timeIn } from "./line.js";

const [LOWEST, HIGHEST] = [28, 98]; // pitches that are shown
const [DRUM_LOW, DRUM_HIGH] = [35, 59];
const DRUM_SHARE = 0.16; // of the height, at the bottom
const HEARD_SHARE = 0.6; // of the width, left of what sounds now
const SECOND = 105; // pixels, where there is room
const [LEAST_S, MOST_S] = [4, 12]; // that are seen
const HEAD = 1.9; // lines of text above the notes, for the chords
const MUSICIAN = 6; // colour among those of tracks
/** @type {Record<string, number>} colour of each role */
const COLOURS = { melody: 0, counter: 3, chords: 1, bass: 2, drums: 7 };

/** @param {string} role @returns {number} of the colours of tracks */
export const colourOf = (role) => COLOURS[role] ?? 5;
export const colourOfMusician = MUSICIAN;

/**
 * @typedef {object} Scene
 * @property {Placed[]} bars
 * @property {HandNote[]} hands
 * @property {number} now        clock
 * @property {boolean} isStill   turns pages where otherwise it would scroll
 * @property {number} width      pixels
 * @property {number} height
 */

/** Where times and pitches are. */
class Frame {
  /** @param {Scene} scene @param {number} text pixels */
  constructor({ now, isStill, width, height }, text) {
    this.seconds = Math.min(Math.max(width / SECOND, LEAST_S), MOST_S);
    this.from = isStill ? Math.floor(now / this.seconds) * this.seconds : now - HEARD_SHARE * this.seconds;
    this.width = width;
    this.top = HEAD * text;
    this.drums = height * (1 - DRUM_SHARE);
    this.height = height;
  }

  /** @param {number} time clock */
  x(time) {
    return ((time - this.from) / this.seconds) * this.width;
  }

  /** @param {number} pitch @param {boolean} isDrum @returns {[y: number, height: number]} */
  row(pitch, isDrum) {
    const [low, high] = isDrum ? [DRUM_LOW, DRUM_HIGH] : [LOWEST, HIGHEST];
    const [top, bottom] = isDrum ? [this.drums + 3, this.height] : [this.top, this.drums];
    const row = (bottom - top) / (high - low + 1);
    const at = Math.min(Math.max(pitch, low), high);
    return [top + (high - at) * row, Math.max(row, 3)];
  }

  /** @param {number} begin @param {number} end */
  sees(begin, end) {
    return end > this.from && begin < this.from + this.seconds;
  }
}

/** @param {CanvasRenderingContext2D} context @param {Colours} colours @param {Scene} scene */
export function paintJam(context, colours, scene) {
  const frame = new Frame(scene, colours.text);
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, scene.width, scene.height);
  const bars = scene.bars.filter((bar) => frame.sees(bar.time, endOfBar(bar)));
  for (const bar of bars) paintBar(context, colours, frame, bar);
  for (const bar of bars) paintNotes(context, colours, frame, bar, scene.now);
  paintHands(context, colours, frame, scene);
  context.fillStyle = colours.accent;
  context.fillRect(Math.round(frame.x(scene.now)) - 1, 0, 2, scene.height);
}

/** Lines, chords, and whose turn it is. @param {CanvasRenderingContext2D} context @param {Colours} colours @param {Frame} frame @param {Placed} bar */
function paintBar(context, colours, frame, bar) {
  const [begin, end] = [frame.x(bar.time), frame.x(endOfBar(bar))];
  if (bar.turn === "you") {
    context.globalAlpha = 0.1;
    context.fillStyle = colours.tracks[MUSICIAN];
    context.fillRect(begin, 0, end - begin, frame.height);
    context.globalAlpha = 1;
  }
  context.fillStyle = colours.line;
  for (const beat of bar.beats ?? [])
    context.fillRect(Math.round(frame.x(timeIn(bar, beat))), frame.top, 1, frame.height);
  context.fillStyle = colours.bar;
  const wide = (end - begin) / bar.n_bars;
  for (let n = 0; n < bar.n_bars; n++) context.fillRect(Math.round(begin + n * wide), 0, 1, frame.height);
  context.fillRect(begin, frame.drums, end - begin, 1);
  context.font = `600 ${1.15 * colours.text}px ${colours.font}`;
  context.textBaseline = "middle";
  context.fillStyle = colours.ink;
  for (const [at_s, symbol] of bar.chords) {
    context.fillText(symbol, frame.x(timeIn(bar, at_s)) + 5, frame.top / 2);
  }
}

/** @param {CanvasRenderingContext2D} context @param {Colours} colours @param {Frame} frame @param {Placed} bar @param {number} now */
function paintNotes(context, colours, frame, bar, now) {
  for (const [at_s, duration_s, index, pitch, velocity] of bar.notes) {
    const { role, is_drum } = bar.tracks[index];
    const begin = timeIn(bar, at_s);
    const end = begin + duration_s * bar.stretch;
    if (!frame.sees(begin, end)) continue;
    const sounds = begin <= now && now < end;
    context.globalAlpha = sounds ? 1 : (0.35 + velocity / 250) * (bar.covered ? 0.6 : 1);
    context.fillStyle = colours.tracks[colourOf(role)];
    paintNote(context, frame, { begin, end, pitch, is_drum, grown: sounds ? 1 : 0 });
  }
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {Colours} colours @param {Frame} frame @param {Scene} scene */
function paintHands(context, colours, frame, { hands, now }) {
  context.fillStyle = colours.tracks[MUSICIAN];
  for (let index = hands.length - 1; index >= 0; index--) {
    const { time, end, pitch } = hands[index];
    if (frame.sees(time, end ?? now))
      paintNote(context, frame, { begin: time, end: end ?? now, pitch, is_drum: false, grown: 1 });
    else if (end !== null && end < frame.from - MOST_S) break;
  }
}

/**
 * @param {CanvasRenderingContext2D} context @param {Frame} frame
 * @param {{begin: number, end: number, pitch: number, is_drum: boolean, grown: number}} note `grown`: pixels on each side
 */
function paintNote(context, frame, { begin, end, pitch, is_drum, grown }) {
  const [y, height] = frame.row(pitch, is_drum);
  const x = frame.x(begin);
  const width = is_drum ? 4 : Math.max(frame.x(end) - x - 1, 3);
  context.beginPath();
  context.roundRect(x - grown, y - grown, width + 2 * grown, height + 2 * grown, 2);
  context.fill();
}

/**
 * The turn that comes next and how many beats until then, where bars are traded.
 * @param {Placed[]} bars
 * @param {number} now clock
 * @param {number} tradeBars
 * @returns {{turn: "you"|"me", beats: number}|null} null when it does not come within this bar
 */
export function countIn(bars, now, tradeBars) {
  const here = bars.findLastIndex((bar) => bar.time <= now);
  const bar = bars[here];
  if (!bar || !bar.beats?.length || (bar.turn !== "you" && bar.turn !== "me")) return null;
  let run = 0;
  for (let index = here; index >= 0 && bars[index].turn === bar.turn; index--) run += bars[index].n_bars;
  if (bar.bar > 0 && run % tradeBars) return null; // the opening is followed by his turn
  const beats = bar.beats.filter((at_s) => timeIn(bar, at_s) > now).length + 1;
  const inBar = bar.beats.length / bar.n_bars;
  return beats <= inBar ? { turn: bar.turn === "me" ? "you" : "me", beats } : null;
}
