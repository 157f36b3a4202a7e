/**
 * The shapes that travel between the server, the store and the parts; types only.
 *
 * Times are whole steps, `resolution` to a quarter note; bars count from 0.
 *
 * @typedef {[onset: number, duration: number, pitch: number, velocity: number]} Note
 * @typedef {[onset: number, number: number, value: number]} Control
 *   a MIDI controller; number 128 is pitch bend, −8192…8191
 *
 * @typedef {object} Track
 * @property {string} id
 * @property {string} name
 * @property {string} role         melody, counter, chords, bass, drums, or ""
 * @property {number} program      General MIDI, 0–127
 * @property {boolean} is_drum
 * @property {Note[]} notes        sorted by onset, then pitch
 * @property {Control[]} controls  sorted by onset
 *
 * @typedef {{onset: number, numerator: number, denominator: number}} Metre
 * @typedef {{onset: number, bpm: number}} Tempo
 * @typedef {{onset: number, tonic: number, mode: string}} KeyMark
 * @typedef {{onset: number, duration: number, symbol: string}} Chord  "N" is no chord
 * @typedef {{start: number, n_bars: number, label: string}} Section  in bars
 *
 * @typedef {object} Piece
 * @property {number} resolution
 * @property {number} n_bars
 * @property {string} title
 * @property {Metre[]} metres
 * @property {Tempo[]} tempos
 * @property {KeyMark[]} keys
 * @property {Chord[]} chords
 * @property {Section[]} sections
 * @property {Track[]} tracks
 *
 * @typedef {object} Take
 * @property {string} id
 * @property {string} name
 * @property {string|null} parent
 * @property {number|null} rating
 * @property {string} verb
 * @property {Record<string, unknown>} [plan]
 * @property {string[]} [reasons]
 * @property {number} revision
 * @property {boolean} [can_undo]
 * @property {boolean} [can_redo]
 * @property {number} [n_bars]
 * @property {Piece} [piece]
 *
 * @typedef {object} Project
 * @property {string} id
 * @property {string} title
 * @property {Take[]} takes
 * @property {string} current   id of the take in hand
 * @property {Record<string, any>} ui
 *
 * @typedef {object} Job
 * @property {string} id
 * @property {"waiting"|"running"|"done"|"failed"|"cancelled"} state
 * @property {number} progress  0–1
 * @property {number|null} [eta_s]
 * @property {string} [message]
 * @property {string[]} [takes]
 *
 * @typedef {object} Option  of a verb or of the plan, as the server tells it
 * @property {string} name
 * @property {string} type
 * @property {string|number|null} default
 * @property {number} [min]
 * @property {number} [max]
 * @property {string[]} [choices]
 *
 * @typedef {{mute: boolean, solo: boolean}} Strip  what a mixer's strip does to hearing only
 *
 * @typedef {{start: number, end: number}} Range  steps, end not included
 */
export {};
