/** Pieces made for tests. */

/** @param {object} [change] */
export function pieceOf(change = {}) {
  return {
    resolution: 24,
    n_bars: 4,
    title: "",
    provenance: "",
    tempos: [{ onset: 0, bpm: 120 }],
    metres: [{ onset: 0, numerator: 4, denominator: 4 }],
    keys: [],
    chords: [],
    sections: [],
    tracks: [
      trackOf("melody", [
        [0, 24, 60, 90],
        [96, 48, 64, 80],
      ]),
    ],
    ...change,
  };
}

/** A piece of one melody. @param {number[][]} notes @param {object} [change] of the piece @param {object} [ofTrack] */
export function tuneOf(notes, change = {}, ofTrack = {}) {
  return pieceOf({ ...change, tracks: [trackOf("melody", notes, ofTrack)] });
}

/** @param {string} id @param {number[][]} notes @param {object} [change] */
function trackOf(id, notes, change = {}) {
  return { id, name: id, role: id, program: 0, is_drum: false, notes, controls: [], lyrics: [], ...change };
}
