/**
 * Drawing the piano roll: rows and lines, notes, and above them what moves while playing.
 * @import {Note, Piece, Range} from "../types.js"
 * @import {Colours} from "./colours.js"
 * @import {View} from "./geometry.js"
 */
import { barStarts } from "../music/time.js";
import { isBlackKey } from "../music/names.js";
import { gridLines, visible } from "./geometry.js";

/** @typedef {WeakMap<Note[], number>} Longest */

/** @type {Longest} */
const LONGEST = new WeakMap();

/** @param {Note[]} notes @returns {number} the longest duration among them */
export function longest(notes) {
  let known = LONGEST.get(notes);
  if (known === undefined) {
    known = notes.reduce((most, note) => Math.max(most, note[1]), 0);
    LONGEST.set(notes, known);
  }
  return known;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Colours} colours
 * @param {View} view
 * @param {Piece} piece
 * @param {{grid: number, loop: Range|null, lockedBars: Set<number>}} marks
 */
export function paintGround(context, colours, view, piece, marks) {
  const { width, height } = view;
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, width, height);
  context.fillStyle = colours.row;
  for (let pitch = view.pitch(height); pitch <= view.pitch(0); pitch++) {
    if (isBlackKey(pitch)) context.fillRect(0, view.y(pitch), width, view.row);
  }
  const starts = barStarts(piece);
  for (const { step, kind } of gridLines(piece, starts, view, marks.grid)) {
    context.fillStyle = kind === "bar" ? colours.bar : colours.line;
    context.globalAlpha = kind === "grid" ? 0.5 : 1;
    context.fillRect(Math.round(view.x(step)), 0, 1, height);
  }
  context.globalAlpha = 1;
  context.fillStyle = colours.mark;
  for (let pitch = 12; pitch < 128; pitch += 12) context.fillRect(0, view.y(pitch) + view.row - 1, width, 1);
  if (marks.loop) shade(context, colours.accent, 0.07, view, marks.loop);
  for (const bar of marks.lockedBars) {
    const range = { start: starts[bar], end: starts[bar + 1] };
    if (range.end) shade(context, colours.ink, 0.05, view, range);
  }
}

/**
 * @param {CanvasRenderingContext2D} context @param {string} colour @param {number} alpha
 * @param {View} view @param {Range} range
 */
function shade(context, colour, alpha, view, range) {
  context.globalAlpha = alpha;
  context.fillStyle = colour;
  context.fillRect(view.x(range.start), 0, (range.end - range.start) * view.perStep, view.height);
  context.globalAlpha = 1;
}

/**
 * The notes of all tracks, the one in hand last and full.
 * @param {CanvasRenderingContext2D} context
 * @param {Colours} colours
 * @param {View} view
 * @param {Piece} piece
 * @param {{activeTrack: string, selection: Set<Note>, hidden: Set<string>}} state
 */
export function paintNotes(context, colours, view, piece, state) {
  const order = piece.tracks.map((track, index) => ({ track, index }));
  order.sort((a, b) => Number(a.track.id === state.activeTrack) - Number(b.track.id === state.activeTrack));
  for (const { track, index } of order) {
    if (state.hidden.has(track.id)) continue;
    const active = track.id === state.activeTrack;
    const colour = colours.tracks[index % colours.tracks.length];
    paintTrack(context, colour, view, track.notes, active);
  }
  if (!state.selection.size) return;
  context.strokeStyle = colours.ink;
  context.lineWidth = 2;
  for (const note of state.selection) {
    const [x, y, w, h] = box(view, note);
    context.strokeRect(x + 0.5, y + 0.5, Math.max(w - 1, 2), h - 1);
  }
}

/** @param {View} view @param {Note} note @returns {[number, number, number, number]} x, y, width, height */
function box(view, [onset, duration, pitch]) {
  const x = view.x(onset);
  return [x, view.y(pitch) + 0.5, Math.max(duration * view.perStep - 1, 2), view.row - 1];
}

/**
 * @param {CanvasRenderingContext2D} context @param {string} colour @param {View} view
 * @param {Note[]} notes @param {boolean} active
 */
function paintTrack(context, colour, view, notes, active) {
  const [first, after] = visible(notes, view.left, view.right, longest(notes));
  context.fillStyle = colour;
  const round = view.row >= 8 && view.perStep * view.resolution > 14 && after - first < 3000;
  for (const level of active ? LEVELS : FAINT) {
    context.globalAlpha = level.alpha;
    context.beginPath();
    for (let index = first; index < after; index++) {
      const note = notes[index];
      if (note[3] < level.from || note[3] >= level.to) continue;
      const [x, y, w, h] = box(view, note);
      if (x + w < 0 || y + h < 0 || y > view.height) continue;
      if (round) context.roundRect(x, y, w, h, Math.min(3, h / 3, w / 2));
      else context.rect(x, y, w, h);
    }
    context.fill();
  }
  context.globalAlpha = 1;
}

// louder notes are fuller; notes of one level are drawn by one call
const LEVELS = [
  { from: 0, to: 45, alpha: 0.55 },
  { from: 45, to: 75, alpha: 0.72 },
  { from: 75, to: 100, alpha: 0.88 },
  { from: 100, to: 129, alpha: 1 },
];
const FAINT = [{ from: 0, to: 129, alpha: 0.38 }];

/**
 * The play position and the notes that sound there.
 * @param {CanvasRenderingContext2D} context
 * @param {Colours} colours
 * @param {View} view
 * @param {Piece} piece
 * @param {number} step
 * @param {boolean} playing
 */
export function paintPosition(context, colours, view, piece, step, playing) {
  if (playing) {
    piece.tracks.forEach((track, index) => {
      context.fillStyle = colours.tracks[index % colours.tracks.length];
      for (const note of soundingAt(track.notes, step)) {
        const [x, y, w, h] = box(view, note);
        context.fillRect(x - 1, y - 1.5, w + 2, h + 3);
      }
    });
  }
  const x = view.x(step);
  if (x < -2 || x > view.width) return;
  context.fillStyle = colours.accent;
  context.fillRect(Math.round(x) - 1, 0, 2, view.height);
}

/** @param {Note[]} notes @param {number} step @returns {Note[]} */
export function soundingAt(notes, step) {
  const near = notes.slice(...visible(notes, step, step, longest(notes)));
  return near.filter((note) => note[0] + note[1] > step);
}

/**
 * The place of the keyboard's cursor, and the rectangle that is being drawn around notes.
 * @param {CanvasRenderingContext2D} context
 * @param {Colours} colours
 * @param {View} view
 * @param {{step: number, pitch: number, grid: number}|null} cursor
 * @param {{x0: number, y0: number, x1: number, y1: number}|null} frame
 */
export function paintCursor(context, colours, view, cursor, frame) {
  context.lineWidth = 1.5;
  context.strokeStyle = colours.accent;
  if (cursor) {
    const width = Math.max(cursor.grid * view.perStep, 3);
    context.strokeRect(view.x(cursor.step), view.y(cursor.pitch), width, view.row);
  }
  if (!frame) return;
  context.globalAlpha = 0.12;
  context.fillStyle = colours.accent;
  context.fillRect(frame.x0, frame.y0, frame.x1 - frame.x0, frame.y1 - frame.y0);
  context.globalAlpha = 1;
  context.strokeRect(frame.x0, frame.y0, frame.x1 - frame.x0, frame.y1 - frame.y0);
}

/**
 * The keys at the left edge.
 * @param {CanvasRenderingContext2D} context
 * @param {Colours} colours
 * @param {View} view
 * @param {number} width
 * @param {(pitch: number) => string} name what is written on a key, "" for nothing
 * @param {boolean} [areDrums] which have names, but no black keys
 */
export function paintKeys(context, colours, view, width, name, areDrums = false) {
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, width, view.height);
  context.font = `${Math.min(view.row - 2, colours.text)}px ${colours.font}`;
  context.textBaseline = "middle";
  for (let pitch = view.pitch(view.height); pitch <= view.pitch(0); pitch++) {
    const y = view.y(pitch);
    context.fillStyle = colours.ink;
    const isBlack = isBlackKey(pitch) && !areDrums;
    if (isBlack) {
      context.globalAlpha = 0.78;
      context.fillRect(0, y, width * 0.6, view.row);
      context.globalAlpha = 1;
    }
    context.fillStyle = colours.bar;
    if (!areDrums && [0, 5].includes(pitch % 12)) context.fillRect(0, y + view.row - 1, width, 1);
    const label = view.row >= 8 ? name(pitch) : "";
    context.fillStyle = colours.faint;
    if (label) context.fillText(label, width - context.measureText(label).width - 4, y + view.row / 2 + 0.5);
  }
}
