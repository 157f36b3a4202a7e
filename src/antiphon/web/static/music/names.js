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

/** General MIDI drum keys that people look for, by pitch. */
export const DRUM_NAMES = new Map([
  [35, "Kick 2"],
  [36, "Kick"],
  [37, "Stick"],
  [38, "Snare"],
  [39, "Clap"],
  [40, "Snare 2"],
  [41, "Tom low"],
  [42, "Hat"],
  [43, "Tom low 2"],
  [44, "Hat foot"],
  [45, "Tom mid"],
  [46, "Hat open"],
  [47, "Tom mid 2"],
  [48, "Tom high"],
  [49, "Crash"],
  [50, "Tom high 2"],
  [51, "Ride"],
  [52, "China"],
  [53, "Ride bell"],
  [54, "Tambourine"],
  [55, "Splash"],
  [56, "Cowbell"],
  [57, "Crash 2"],
  [59, "Ride 2"],
  [69, "Cabasa"],
  [70, "Maracas"],
  [75, "Claves"],
  [76, "Woodblock"],
]);

/**
 * Whether a chord symbol looks like one; the server has the last word.
 * @param {string} symbol
 */
export function looksLikeChord(symbol) {
  return /^(N\.?C\.?|[A-G][#b♯♭]?[^\s/]*(\/[A-G][#b♯♭]?)?)$/.test(symbol.trim());
}
