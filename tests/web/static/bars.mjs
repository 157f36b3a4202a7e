/** Bars for tests, as the server tells them: two seconds of four beats. */

export const BASS = { name: "Bass", role: "bass", program: 33, is_drum: false };
export const DRUMS = { name: "Drums", role: "drums", program: 0, is_drum: true };

/** @param {number} bar @param {object} [change] */
export function barOf(bar, change = {}) {
  return {
    bar,
    n_bars: 1,
    at_s: 2 * bar,
    duration_s: 2,
    key: "C major",
    chords: [[0, "C"]],
    tracks: [BASS],
    notes: [
      [0, 0.5, 0, 36, 80],
      [1, 0.5, 0, 43, 80],
    ],
    covered: false,
    turn: "both",
    beats: [0, 0.5, 1, 1.5],
    ...change,
  };
}
