/** How pitches, keys and chords are written. */

const SHARPS = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];

/** Key names as the plan reads them, each with its tonic 0–11. */
export const TONICS = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];

/** @param {number} pitch MIDI, 60 is C4 */
export function pitchName(pitch) {
  return `${SHARPS[pitch % 12]}${Math.floor(pitch / 12) - 1}`;
}

/** @param {number} pitch */
export function isBlackKey(pitch) {
  return [1, 3, 6, 8, 10].includes(pitch % 12);
}

/**
 * Whether a chord symbol looks like one; the server has the last word.
 * @param {string} symbol
 */
export function looksLikeChord(symbol) {
  return /^(N\.?C\.?|[A-G][#b♯♭]?[^\s/]*(\/[A-G][#b♯♭]?)?)$/.test(symbol.trim());
}
