/**
 * Which notes sound when: a piece and a clock in, events with their times out.
 *
 * Events are given out a little ahead of the clock, in order, each with the exact time on the
 * audio clock; a loop goes on at its start at exactly the time of its end, so there is no gap.
 * Notes are looked up when they are due: an edit is heard as soon as its place comes.
 *
 * @import {Control, Note, Piece, Range} from "../types.js"
 */
import { endOf } from "../music/edits.js";
import { lastNotAbove, Timeline } from "../music/time.js";

/**
 * What every controller of a track is set to at a step.
 * @param {Control[]} controls
 * @param {number} step
 * @returns {Map<number, number>} value by number
 */
export function controlsAt(controls, step) {
  return new Map(controls.filter(([onset]) => onset <= step).map(([, number, value]) => [number, value]));
}

/**
 * @typedef {object} SoundEvent
 * @property {number} time      seconds on the audio clock
 * @property {"off" | "control" | "on"} kind
 * @property {number} track     index in the piece
 * @property {number} number    pitch, or the controller
 * @property {number} value     velocity, or what the controller is set to
 */

/**
 * What of a track begins from one step on and before another.
 * @template {Note|Control} T
 * @param {T[]} sorted by onset
 * @param {number} from
 * @param {number} to
 * @returns {T[]}
 */
function between(sorted, from, to) {
  const firstFrom = (/** @type {number} */ step) =>
    lastNotAbove(sorted, Math.ceil(step) - 1, (each) => each[0]) + 1;
  return sorted.slice(firstFrom(from), firstFrom(to));
}

const ORDER = { off: 0, control: 1, on: 2 }; // of events at the same time

/** @param {SoundEvent[]} events @returns {SoundEvent[]} */
export function inOrder(events) {
  return events.sort((a, b) => a.time - b.time || ORDER[a.kind] - ORDER[b.kind]);
}

/** Notes whose end is to come. */
export class Sounding {
  /** @type {{time: number, track: number, pitch: number}[]} time of the end */
  #notes = [];

  get some() {
    return this.#notes.length > 0;
  }

  /** A key that is struck again is let go first. @param {number} track @param {number} pitch @param {number} time @param {number} end */
  begin(track, pitch, time, end) {
    this.end(track, pitch, time);
    this.#notes.push({ time: end, track, pitch });
  }

  /** End a note by some time. @param {number} track @param {number} pitch @param {number} time */
  end(track, pitch, time) {
    for (const note of this.#notes) {
      if (note.track === track && note.pitch === pitch) note.time = Math.min(note.time, time);
    }
  }

  /** End all by some time. @param {number} time */
  letGo(time) {
    for (const note of this.#notes) note.time = Math.min(note.time, time);
  }

  /** Give out what ends. @param {number} until @param {SoundEvent[]} events */
  ends(until, events) {
    this.#notes = this.#notes.filter(({ time, track, pitch }) => {
      if (time > until) return true;
      events.push({ time, kind: "off", track, number: pitch, value: 0 });
      return false;
    });
  }
}

export class Scheduler {
  /** @param {Piece} piece */
  constructor(piece) {
    /** @type {Range|null} */
    this.loop = null;
    this.running = false;
    this.sounding = new Sounding();
    /** @type {{time: number, step: number, timeline: Timeline}[]} where the clock met a step */
    this.anchors = [];
    this.step = 0;
    this.time = 0;
    this.piece = piece;
    this.end = endOf(piece);
    this.timeline = new Timeline(piece);
  }

  /**
   * Go on with another piece, at the same bar and beat, from where the events given out so far end.
   * @param {Piece} piece
   */
  setPiece(piece) {
    this.step *= piece.resolution / this.piece.resolution;
    this.piece = piece;
    this.end = endOf(piece);
    this.timeline = new Timeline(piece);
    if (this.step >= this.end) this.step = 0;
    if (this.running) this.#anchor();
  }

  /** @param {number} step @param {number} time audio clock at which that step sounds */
  start(step, time) {
    this.step = step >= this.end ? 0 : step;
    this.time = time;
    this.sounding = new Sounding();
    this.anchors = [];
    this.running = true;
    this.#anchor();
  }

  /** End; what still sounds is let go where the events given out so far end. @returns {SoundEvent[]} */
  stop() {
    this.running = false;
    /** @type {SoundEvent[]} */
    const events = [];
    this.sounding.letGo(this.time);
    this.sounding.ends(this.time, events);
    return events;
  }

  /**
   * Give out what sounds before `until`, in order.
   * @param {number} until audio clock, seconds
   * @returns {SoundEvent[]}
   */
  advance(until) {
    /** @type {SoundEvent[]} */
    const events = [];
    while (this.running && this.time < until) {
      const border = this.#border();
      const reach = this.timeline.stepAt(this.timeline.secondsAt(this.step) + until - this.time);
      const to = Math.min(reach, border);
      this.#notes(this.step, to, border, events);
      this.#controls(this.step, to, events);
      this.time += this.timeline.secondsAt(to) - this.timeline.secondsAt(this.step);
      this.step = to;
      if (to < border) break;
      this.#turn(border, events);
    }
    this.sounding.ends(until, events);
    return inOrder(events);
  }

  /** @param {number} time audio clock @returns {number} the step that sounds then */
  positionAt(time) {
    const anchor = this.anchors.findLast((each) => each.time <= time) ?? this.anchors[0];
    if (!anchor) return this.step;
    const { timeline, step } = anchor;
    return timeline.stepAt(timeline.secondsAt(step) + Math.max(time - anchor.time, 0));
  }

  /** The step at which to go back, or to end. */
  #border() {
    return this.loop && this.step < this.loop.end ? Math.min(this.loop.end, this.end) : this.end;
  }

  /** @param {number} border @param {SoundEvent[]} events */
  #turn(border, events) {
    this.sounding.letGo(this.time);
    this.sounding.ends(this.time, events);
    if (this.loop && this.loop.start < border) {
      this.step = this.loop.start;
      this.#anchor();
    } else {
      this.running = false;
    }
  }

  #anchor() {
    this.anchors.push({ time: this.time, step: this.step, timeline: this.timeline });
    if (this.anchors.length > 64) this.anchors.shift();
  }

  /**
   * @param {number} from @param {number} to @param {number} border
   * @param {SoundEvent[]} events
   */
  #notes(from, to, border, events) {
    const base = this.time - this.timeline.secondsAt(from);
    this.piece.tracks.forEach((track, index) => {
      for (const [at, duration, pitch, velocity] of between(track.notes, from, to)) {
        const time = base + this.timeline.secondsAt(at);
        const end = base + this.timeline.secondsAt(Math.min(at + duration, border));
        this.sounding.begin(index, pitch, time, end);
        events.push({ time, kind: "on", track: index, number: pitch, value: velocity });
      }
    });
  }

  /** @param {number} from @param {number} to @param {SoundEvent[]} events */
  #controls(from, to, events) {
    const base = this.time - this.timeline.secondsAt(from);
    this.piece.tracks.forEach(({ controls }, track) => {
      for (const [at, number, value] of between(controls, from, to)) {
        events.push({ time: base + this.timeline.secondsAt(at), kind: "control", track, number, value });
      }
    });
  }
}
