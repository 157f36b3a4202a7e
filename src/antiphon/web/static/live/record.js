/**
 * What was played, machine and musician, as a piece.
 * @import {HandNote, LiveBar, LiveTrack, Note, Piece, Placed, Track} from "../types.js"
 */
import { TONICS } from "../music/names.js";
import { barAt } from "./line.js";

const RESOLUTION = 96; // steps a quarter; fine enough for what hands play
const USUAL = "4/4"; // metre of a bar that says none

/** A bar of what was played. @typedef {Placed & {step: number, steps: number}} Measured  its first step, and how many */

/**
 * @param {Placed[]} bars in order
 * @param {HandNote[]} notes of the musician, at the times at which they were meant
 * @param {{title: string, most: number, you: LiveTrack}} how `most` bars: the last ones; `you`: the musician's track
 * @returns {Piece & {provenance: string}}
 */
export function pieceOf(bars, notes, { title, most, you }) {
  const measured = measure(lastOf(bars, most));
  const last = measured[measured.length - 1];
  const end = last.step + last.steps;
  const machine = machineTracks(measured, end);
  const mine = trackOf(you, "you", handNotes(measured, notes, end));
  if (machine.some(({ role }) => role === mine.role)) mine.role = "";
  return {
    resolution: RESOLUTION,
    n_bars: measured.reduce((n, bar) => n + bar.n_bars, 0),
    title,
    provenance: "",
    tempos: marks(measured, (bar) => ({ bpm: bpmOf(bar) })),
    metres: marks(measured, metreOf),
    keys: marks(measured, keyOf),
    chords: chordsOf(measured, end),
    sections: [],
    tracks: mine.notes.length ? [...machine, mine] : machine,
  };
}

/** @param {Placed[]} bars @param {number} most */
function lastOf(bars, most) {
  let n = 0;
  return bars.slice(bars.findLastIndex((bar) => (n += bar.n_bars) > most) + 1);
}

/** @param {LiveBar} bar */
function metreOf({ metre }) {
  const [numerator, denominator] = (metre ?? USUAL).split("/").map(Number);
  return { numerator, denominator };
}

/** @param {LiveBar} bar @returns {number} quarters in all its bars */
function quartersOf(bar) {
  const { numerator, denominator } = metreOf(bar);
  return (4 * numerator * bar.n_bars) / denominator;
}

/** @param {LiveBar} bar */
const bpmOf = (bar) => Math.round((600 * quartersOf(bar)) / bar.duration_s) / 10;

/** @param {Placed[]} bars @returns {Measured[]} */
function measure(bars) {
  let step = 0;
  return bars.map((bar) => {
    const steps = Math.round(quartersOf(bar) * RESOLUTION);
    step += steps;
    return { ...bar, step: step - steps, steps };
  });
}

/** @param {Measured} bar @param {number} at_s in the bar */
const stepIn = (bar, at_s) => bar.step + Math.round((at_s / bar.duration_s) * bar.steps);

/**
 * What is said of every bar, where it changes.
 * @template {object} T
 * @param {Measured[]} bars
 * @param {(bar: Measured) => T|null} say
 * @returns {(T & {onset: number})[]}
 */
function marks(bars, say) {
  let known = "";
  return bars.flatMap((bar) => {
    const said = say(bar);
    if (!said || JSON.stringify(said) === known) return [];
    known = JSON.stringify(said);
    return [{ onset: bar.step, ...said }];
  });
}

const NATURALS = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };

/** @param {LiveBar} bar as "F# minor" */
function keyOf({ key }) {
  const found = /^([A-G])([b♭#♯]?) (\w+)$/.exec(key);
  if (!found) return null;
  const sign = found[2] === "" ? 0 : "b♭".includes(found[2]) ? -1 : 1;
  const natural = NATURALS[/** @type {keyof typeof NATURALS} */ (found[1])];
  return { tonic: (natural + sign + TONICS.length) % TONICS.length, mode: found[3] };
}

/** Each up to the next. @param {Measured[]} bars @param {number} end */
function chordsOf(bars, end) {
  const begun = bars.flatMap((bar) =>
    bar.chords.map(([at_s, symbol]) => ({ onset: stepIn(bar, at_s), symbol })),
  );
  return begun
    .map((chord, index) => ({ ...chord, duration: (begun[index + 1]?.onset ?? end) - chord.onset }))
    .filter(({ duration }) => duration > 0);
}

/** @param {Measured[]} bars @param {number} end @returns {Track[]} one for each part */
function machineTracks(bars, end) {
  /** @type {Map<string, Track>} */
  const tracks = new Map();
  for (const bar of bars) {
    const here = bar.tracks.map((told) => {
      const id = told.role || told.name;
      const track = tracks.get(id) ?? trackOf(told, id, []);
      tracks.set(id, track);
      return track;
    });
    for (const [at_s, duration_s, index, pitch, velocity] of bar.notes) {
      const [onset, off] = [stepIn(bar, at_s), stepIn(bar, at_s + duration_s)];
      here[index].notes.push(noteOf(onset, off, pitch, velocity, end));
    }
  }
  const played = [...tracks.values()].filter(({ notes }) => notes.length);
  return played.map((track) => ({ ...track, notes: sorted(track.notes) }));
}

/** @param {Measured[]} bars @param {HandNote[]} notes @param {number} end @returns {Note[]} */
function handNotes(bars, notes, end) {
  const from = bars[0].time;
  const step = (/** @type {number} */ time) => {
    const bar = /** @type {Measured} */ (barAt(bars, time));
    return Math.max(stepIn(bar, (time - bar.time) / bar.stretch), 0);
  };
  const played = notes.filter((note) => (note.end ?? Infinity) > from && step(note.time) < end);
  return sorted(
    played.map((note) => noteOf(step(note.time), step(note.end ?? Infinity), note.pitch, note.velocity, end)),
  );
}

/** @param {number} onset @param {number} off @param {number} pitch @param {number} velocity @param {number} end @returns {Note} */
const noteOf = (onset, off, pitch, velocity, end) => [
  onset,
  Math.max(Math.min(off, end) - onset, 1),
  pitch,
  velocity,
];

/** @param {Note[]} notes */
const sorted = (notes) => notes.sort((a, b) => a[0] - b[0] || a[2] - b[2]);

/** @param {LiveTrack} told @param {string} id @param {Note[]} notes */
function trackOf({ name, role, program, is_drum }, id, notes) {
  return { id, name, role, program, is_drum, notes, controls: [], lyrics: [] };
}
