/**
 * How loud and where a track is: MIDI controllers at its beginning, so that files and the server's
 * sound follow the mixer. Where a track has none, its role has a usual place.
 * @import {Track} from "../types.js"
 */
export const [VOLUME, PAN, ROOM] = [7, 10, 91];

// as music.instruments.ROLES on the server; a volume of v gives a level of 40 log10(v / 127) dB
/** @type {Record<string, Record<number, number>>} */
const USUAL = {
  melody: { [VOLUME]: 100, [PAN]: 64, [ROOM]: 38 },
  counter: { [VOLUME]: 71, [PAN]: 86, [ROOM]: 51 },
  chords: { [VOLUME]: 79, [PAN]: 48, [ROOM]: 32 },
  bass: { [VOLUME]: 84, [PAN]: 64, [ROOM]: 10 },
  drums: { [VOLUME]: 79, [PAN]: 64, [ROOM]: 15 },
};
const ELSE = { [VOLUME]: 90, [PAN]: 64, [ROOM]: 30 };

/** Whatever a piece says nothing of: sustain, bend, expression and modulation at rest. */
const REST = { 1: 0, 11: 127, 64: 0, 66: 0, 67: 0, 128: 0 };

/** @param {Pick<Track, "role">} track @returns {[number, number][]} controllers at rest: number, value */
export function usual(track) {
  const values = { ...REST, ...(USUAL[track.role] ?? ELSE) };
  return Object.entries(values).map(([number, value]) => [Number(number), value]);
}

/** @param {Track} track @param {number} number @returns {number} 0–127, as it begins */
export function setting(track, number) {
  const set = track.controls.find((control) => control[1] === number)?.[2];
  return set ?? new Map(usual(track)).get(number) ?? 0;
}
