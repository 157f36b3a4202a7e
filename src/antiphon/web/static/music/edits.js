/**
 * Changes of a piece, as pure functions: a piece in, a new piece out; what is not changed is shared.
 * A note is known by its identity, so a change that keeps notes selected returns the new ones.
 * @import {Chord, Note, Piece, Track} from "../types.js"
 */
import { barOf, barStarts } from "./time.js";

/** @param {Note} a @param {Note} b */
const byPlace = (a, b) => a[0] - b[0] || a[2] - b[2] || a[1] - b[1];

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** @param {Piece} piece @returns {number} the step after the last bar */
export const endOf = (piece) => /** @type {number} */ (barStarts(piece).at(-1));

/**
 * @param {Piece} piece
 * @param {string} id
 * @param {Partial<Track>} change
 * @returns {Piece}
 */
export function withTrack(piece, id, change) {
  const tracks = piece.tracks.map((track) => (track.id === id ? { ...track, ...change } : track));
  return { ...piece, tracks };
}

/**
 * Put notes in place of others of a track.
 * @param {Piece} piece
 * @param {string} id
 * @param {Set<Note>} gone
 * @param {Note[]} come
 * @returns {Piece}
 */
export function replaceNotes(piece, id, gone, come) {
  const track = piece.tracks.find((each) => each.id === id);
  if (!track) return piece;
  const notes = [...track.notes.filter((note) => !gone.has(note)), ...come].sort(byPlace);
  return withTrack(piece, id, { notes });
}

/**
 * Move notes together, as far as all of them stay within the piece and its pitches.
 * @param {Piece} piece
 * @param {Set<Note>} chosen
 * @param {number} steps
 * @param {number} semitones
 * @returns {Note[]} the moved notes, in the order of `chosen`
 */
export function moved(piece, chosen, steps, semitones) {
  const notes = [...chosen];
  const end = endOf(piece);
  const earliest = Math.min(...notes.map((note) => note[0]));
  const latest = Math.max(...notes.map((note) => note[0]));
  const lowest = Math.min(...notes.map((note) => note[2]));
  const highest = Math.max(...notes.map((note) => note[2]));
  const by = clamp(steps, -earliest, end - 1 - latest);
  const up = clamp(semitones, -lowest, 127 - highest);
  return notes.map(([onset, duration, pitch, velocity]) => [
    onset + by,
    Math.min(duration, end - onset - by),
    pitch + up,
    velocity,
  ]);
}

/**
 * Make notes longer or shorter; none gets shorter than `least` unless it was.
 * @param {Piece} piece
 * @param {Set<Note>} chosen
 * @param {number} steps
 * @param {number} least
 * @returns {Note[]}
 */
export function resized(piece, chosen, steps, least) {
  const end = endOf(piece);
  return [...chosen].map(([onset, duration, pitch, velocity]) => {
    const shortest = Math.min(duration, least);
    return [onset, clamp(duration + steps, shortest, end - onset), pitch, velocity];
  });
}

/**
 * Put onsets onto the nearest line of a grid; lengths stay.
 * @param {Piece} piece
 * @param {Set<Note>} chosen
 * @param {number} grid steps
 * @returns {Note[]}
 */
export function quantised(piece, chosen, grid) {
  const starts = barStarts(piece);
  const last = /** @type {number} */ (starts.at(-1)) - 1;
  return [...chosen].map(([onset, duration, pitch, velocity]) => {
    const bar = starts[barOf(starts, onset)];
    const at = clamp(bar + Math.round((onset - bar) / grid) * grid, 0, last);
    return [at, Math.min(duration, last + 1 - at), pitch, velocity];
  });
}

/**
 * @param {Set<Note>} chosen
 * @param {(velocity: number, note: Note) => number} change
 * @returns {Note[]}
 */
export function withVelocity(chosen, change) {
  return [...chosen].map((note) => [
    note[0],
    note[1],
    note[2],
    clamp(Math.round(change(note[3], note)), 1, 127),
  ]);
}

/**
 * Copies of notes, the first of them at `step`; what would begin after the piece is left out.
 * @param {Piece} piece
 * @param {Note[]} notes
 * @param {number} step
 * @returns {Note[]}
 */
export function pasted(piece, notes, step) {
  const end = endOf(piece);
  const first = Math.min(...notes.map((note) => note[0]));
  return notes
    .map(
      ([onset, duration, pitch, velocity]) =>
        /** @type {Note} */ ([
          onset - first + step,
          Math.min(duration, end - onset + first - step),
          pitch,
          velocity,
        ]),
    )
    .filter((note) => note[0] < end);
}

/**
 * Write a chord from a step on, up to where the one that sounded there ended, or to the next;
 * empty takes away the one that begins there, and the one before sounds on.
 * @param {Piece} piece
 * @param {number} onset
 * @param {string} symbol
 * @returns {Piece}
 */
export function withChord(piece, onset, symbol) {
  const here = piece.chords.find((c) => c.onset <= onset && onset < c.onset + c.duration);
  const others = piece.chords.filter((chord) => chord !== here);
  const next = others.find((chord) => chord.onset > onset)?.onset ?? endOf(piece);
  const end = here ? here.onset + here.duration : next;
  /** @type {Chord[]} */
  const come = [];
  if (here && here.onset < onset) come.push({ ...here, duration: onset - here.onset });
  if (symbol.trim()) come.push({ onset, duration: end - onset, symbol: symbol.trim() });
  else if (here && here.onset < onset) return piece;
  else {
    const before = others.find((c) => c.onset + c.duration === onset);
    if (before) others[others.indexOf(before)] = { ...before, duration: end - before.onset };
  }
  return { ...piece, chords: [...others, ...come].sort((a, b) => a.onset - b.onset) };
}

/**
 * Name the section that begins at a bar; it reaches to the next one. Empty joins it to the one
 * before.
 * @param {Piece} piece
 * @param {number} start
 * @param {string} label
 * @returns {Piece}
 */
export function withSection(piece, start, label) {
  const marks = piece.sections.filter((section) => section.start !== start);
  if (label.trim()) marks.push({ start, n_bars: 1, label: label.trim() });
  marks.sort((a, b) => a.start - b.start);
  const sections = marks.map((mark, index) => ({
    ...mark,
    n_bars: (marks[index + 1]?.start ?? piece.n_bars) - mark.start,
  }));
  return { ...piece, sections: sections.filter((section) => section.n_bars > 0) };
}

/**
 * Set a controller of a whole track: its value at the beginning, and no other.
 * @param {Piece} piece
 * @param {string} id
 * @param {number} number
 * @param {number} value
 * @returns {Piece}
 */
export function withControl(piece, id, number, value) {
  const track = piece.tracks.find((each) => each.id === id);
  if (!track) return piece;
  const others = track.controls.filter((control) => control[1] !== number);
  return withTrack(piece, id, { controls: [[0, number, Math.round(value)], ...others] });
}

/** Quarter notes a minute that can be set, as music.plan on the server. */
export const [SLOWEST, FASTEST] = [20, 300];

/**
 * Set the tempo at the beginning; later changes keep their proportion to it.
 * @param {Piece} piece
 * @param {number} bpm
 * @returns {Piece}
 */
export function withTempo(piece, bpm) {
  const first = piece.tempos[0]?.bpm ?? 120;
  const tempos = piece.tempos.length ? piece.tempos : [{ onset: 0, bpm: 120 }];
  const set = (/** @type {number} */ each) => clamp((each * bpm) / first, SLOWEST, FASTEST);
  return { ...piece, tempos: tempos.map((tempo) => ({ ...tempo, bpm: set(tempo.bpm) })) };
}
