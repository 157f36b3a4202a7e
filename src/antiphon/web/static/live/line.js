/**
 * Bars that come while they are played: bars and a clock in, events with their times out.
 *
 * The first bar begins a moment after it came, every other where the one before it ends. A bar that
 * does not come in time is made up of the last one, softly, until it is there. The server's clock
 * and that of the sound card drift apart; a bar is stretched by less than is heard, so that every
 * bar keeps the moment it has before it begins.
 *
 * @import {SoundEvent} from "../sound/scheduling.js"
 * @import {LiveBar, LiveNote, LiveTrack, Mend, Placed} from "../types.js"
 */
import { clamp } from "../music/edits.js";
import { lastNotAbove } from "../music/time.js";
import { inOrder, Sounding } from "../sound/scheduling.js";

const LEAD_S = 0.3; // from the coming of a bar to its beginning
const NEAR_S = 0.05; // before the end of all that is known, from which on a bar is made up
const STRETCH = 0.005; // of a bar's length, at most
const SOFTER = 0.75; // velocity of what is made up
const LATE_S = 0.05; // that a note of a mend may be late and is still played
const LEAST_S = 0.03; // of such a note
const HAIR_S = 1e-6; // so that rounding does not put it before what was given out
const KEPT_BARS = 600;
const FACTS = /** @type {const} */ (["name", "role", "program", "is_drum"]); // that make a track

/** @param {Placed} placed @returns {number} clock at its end */
export const endOfBar = ({ time, duration_s, stretch }) => time + duration_s * stretch;

/** @param {Placed} placed @param {number} at_s in the bar @returns {number} clock */
export const timeIn = ({ time, stretch }, at_s) => time + at_s * stretch;

/** @param {Placed[]} bars in order @param {number} time @returns {Placed|undefined} that which sounds then; before the first, the first */
export function barAt(bars, time) {
  const index = lastNotAbove(bars, time, (bar) => bar.time);
  return bars[Math.max(index, 0)];
}

export class LiveLine {
  /** @type {Placed[]} in order, the last of them */
  bars = [];
  /** @type {LiveTrack[]} all that ever played; notes tell their place here */
  tracks = [];
  /** bars made up in a row */
  covers = 0;
  #given = -Infinity; // clock until which events were given out
  #sounding = new Sounding();

  /** A bar that came. @param {LiveBar} told @param {number} now clock */
  add(told, now) {
    const bar = this.#known(told);
    const last = this.bars.at(-1);
    this.covers = 0;
    if (!last) return void this.bars.push({ ...bar, time: now + LEAD_S, stretch: 1 });
    const index = this.bars.findIndex((each) => each.bar === bar.bar);
    if (index >= 0) return this.#instead(index, bar);
    const time = endOfBar(last);
    const short = (LEAD_S - (time - now)) / bar.duration_s;
    this.bars.push({ ...bar, time, stretch: 1 + clamp(short, -STRETCH, STRETCH) });
    if (this.bars.length > KEPT_BARS) this.bars.shift();
  }

  /** A bar whose notes tell the place of their track among all. @param {LiveBar} told @returns {LiveBar & {places: number[]}} */
  #known(told) {
    const places = told.tracks.map((track) => {
      const known = this.tracks.findIndex((each) => FACTS.every((fact) => each[fact] === track[fact]));
      return known >= 0 ? known : this.tracks.push(track) - 1;
    });
    return { ...told, places, tracks: this.tracks, notes: moved(told.notes, places) };
  }

  /** The bar itself, for the rest of one that was made up. @param {number} index @param {LiveBar & {places: number[]}} bar */
  #instead(index, bar) {
    const made = this.bars[index];
    const from_s = (this.#given - made.time) / made.stretch;
    if (from_s >= bar.duration_s) return;
    this.#sounding.letGo(this.#given);
    const heard = made.notes.filter(([at_s]) => at_s < from_s);
    const notes = [...heard, ...bar.notes.filter(([at_s]) => at_s >= from_s)];
    this.bars[index] = { ...bar, notes, time: made.time, stretch: made.stretch };
    for (let next = index + 1; next < this.bars.length; next++) {
      this.bars[next] = { ...this.bars[next], time: endOfBar(this.bars[next - 1]) };
    }
  }

  /** Replace what of a bar has not sounded. @param {Mend} mend @param {number} now clock */
  mend({ mend, from_s, notes, chords, ends }, now) {
    const index = this.bars.findIndex((each) => each.bar === mend);
    const bar = this.bars[index];
    if (!bar) return;
    const at = (/** @type {LiveNote} */ [at_s]) => timeIn(bar, at_s);
    const begun = bar.notes.filter((note) => note[0] >= from_s && at(note) < this.#given);
    const come = moved(notes, bar.places);
    const isLate = (/** @type {LiveNote} */ note) => at(note) < this.#given && at(note) >= now - LATE_S;
    const late = come.filter((note) => isLate(note) && !begun.some((each) => isSame(each, note)));
    const gone = [
      ...begun.filter((each) => !come.some((note) => isSame(each, note))),
      ...(ends ?? []).map(([track, pitch]) => [0, 0, bar.places[track], pitch]),
    ];
    for (const [, , track, pitch] of gone) {
      this.#sounding.end(track, pitch, Math.max(timeIn(bar, from_s), this.#given));
    }
    this.bars[index] = {
      ...bar,
      chords: chords ?? bar.chords,
      notes: [
        ...bar.notes.filter((note) => note[0] < from_s),
        ...begun,
        ...late.map((note) => this.#atOnce(bar, note)),
        ...come.filter((note) => at(note) >= this.#given),
      ],
    };
  }

  /** What should have begun begins now, and ends as it would have. @param {Placed} bar @param {LiveNote} note @returns {LiveNote} */
  #atOnce(bar, [at_s, duration_s, ...rest]) {
    const here_s = (this.#given - bar.time) / bar.stretch + HAIR_S;
    return [here_s, Math.max(at_s + duration_s - here_s, LEAST_S), ...rest];
  }

  /**
   * Give out what begins or ends from where the last events ended, in order.
   * @param {number} now clock
   * @param {number} until clock; what is known ends it, too
   * @returns {SoundEvent[]}
   */
  advance(now, until) {
    /** @type {SoundEvent[]} */
    const events = [];
    const last = this.bars.at(-1);
    if (!last) return events;
    if (endOfBar(last) < now + NEAR_S) this.#makeUp(last);
    const to = Math.min(until, endOfBar(this.bars[this.bars.length - 1]));
    for (const bar of this.bars) {
      if (endOfBar(bar) <= this.#given || bar.time >= to) continue;
      for (const [at_s, duration_s, track, pitch, velocity] of bar.notes) {
        const time = timeIn(bar, at_s);
        if (time < this.#given || time >= to) continue;
        this.#sounding.begin(track, pitch, time, time + duration_s * bar.stretch);
        events.push({ time, kind: "on", track, number: pitch, value: velocity });
      }
    }
    this.#given = Math.max(to, this.#given);
    this.#sounding.ends(this.#given, events);
    return inOrder(events);
  }

  /** @param {Placed} last */
  #makeUp(last) {
    const duration_s = last.duration_s / last.n_bars;
    const begin = last.duration_s - duration_s;
    const here = (/** @type {number} */ at_s) => at_s >= begin;
    const { beats, ...rest } = last;
    this.covers += 1;
    this.bars.push({
      ...rest,
      bar: last.bar + last.n_bars,
      n_bars: 1,
      at_s: last.at_s + last.duration_s,
      duration_s,
      time: endOfBar(last),
      stretch: 1,
      covered: true,
      chords: last.chords.filter(([at_s]) => here(at_s)).map(([at_s, chord]) => [at_s - begin, chord]),
      ...(beats && { beats: beats.filter(here).map((at_s) => at_s - begin) }),
      notes: last.notes
        .filter(([at_s]) => here(at_s))
        .map(([at_s, ...note]) => {
          const [length_s, track, pitch, velocity] = note;
          return [at_s - begin, length_s, track, pitch, Math.ceil(velocity * SOFTER)];
        }),
    });
  }

  /** End where the last events ended; what sounds is let go, what was to come never was. @returns {SoundEvent[]} */
  stop() {
    /** @type {SoundEvent[]} */
    const events = [];
    this.#sounding.letGo(this.#given);
    this.#sounding.ends(this.#given, events);
    this.bars = this.bars
      .filter(({ time }) => time < this.#given)
      .map((bar) => ({ ...bar, notes: bar.notes.filter(([at_s]) => timeIn(bar, at_s) < this.#given) }));
    return events;
  }

  /** @param {number} time clock @returns {number} seconds since the first bar began, as the server counts */
  secondsAt(time) {
    const bar = barAt(this.bars, time);
    return bar ? bar.at_s + (time - bar.time) / bar.stretch : 0;
  }
}

/** @param {LiveNote[]} notes @param {number[]} places of their tracks @returns {LiveNote[]} */
const moved = (notes, places) =>
  notes.map(([at_s, duration_s, track, ...rest]) => [at_s, duration_s, places[track], ...rest]);

/** @param {LiveNote} a @param {LiveNote} b of the same bar */
const isSame = (a, b) => a[2] === b[2] && a[3] === b[3] && Math.abs(a[0] - b[0]) < 0.001;
