/**
 * What the page knows, and who is told when it changes.
 * @import {ProjectEntry} from "./api.js"
 * @import {Band, Job, Note, Piece, Project, Range, Seat, Strip, Take, Turn} from "./types.js"
 */

/**
 * @typedef {object} State
 * @property {any} about                  what the server offers
 * @property {ProjectEntry[]} projects
 * @property {Project|null} project
 * @property {Take|null} take             the take in hand
 * @property {Piece|null} piece           its notes
 * @property {string} activeTrack         the track that is edited
 * @property {Set<Note>} selection        notes of the active track
 * @property {Set<string>} lockedTracks   stay as they are when asked again
 * @property {Set<number>} lockedBars
 * @property {Record<string, Strip>} mixer by track id
 * @property {Range|null} loop            a stretch that was marked
 * @property {boolean} looping            whether playing goes round in it, or in the whole piece
 * @property {boolean} playing
 * @property {number} division            of a quarter note, that notes snap to
 * @property {"select"|"draw"} tool
 * @property {Job|null} job
 * @property {{a: string, b: string}} compare take ids
 * @property {"saved"|"saving"|"failed"} saving
 * @property {{kind: "info"|"error", text: string, status?: number}|null} message  `status`: of the server's refusal
 * @property {"" | "loading" | "ready" | "rendered"} sound where sound comes from
 * @property {number} volume              of everything, 0–1
 * @property {"off"|"waiting"|"playing"} jam
 * @property {Band|null} band             what the jam begins with
 * @property {Seat|null} seat             how the musician plays along
 * @property {Record<string, unknown>} wishes  that steer it
 * @property {{turn: Turn|"", key: string, chord: string}} live  what is heard of it now
 * @property {string} listening           the chord that it hears the musician play
 * @property {number|null} instrument     of the musician, General MIDI; what his part usually has
 * @property {number} octave              that the keys begin with
 * @property {number|null} sleepAt        when the jam ends by itself, as Date.now()
 */

/** @returns {State} */
const nothing = () => ({
  about: null,
  projects: [],
  project: null,
  take: null,
  piece: null,
  activeTrack: "",
  selection: new Set(),
  lockedTracks: new Set(),
  lockedBars: new Set(),
  mixer: {},
  loop: null,
  looping: true,
  playing: false,
  division: 4,
  tool: "select",
  job: null,
  compare: { a: "", b: "" },
  saving: "saved",
  message: null,
  sound: "",
  volume: 0.8,
  jam: "off",
  band: null,
  seat: null,
  wishes: {},
  live: { turn: "", key: "", chord: "" },
  listening: "",
  instrument: null,
  octave: 4,
  sleepAt: null,
});

/** The state with those who listen to it; only `Store` sets it. */
export class Known {
  /** @type {{keys: (keyof State)[], tell: (state: State) => void}[]} */
  #listeners = [];
  state = nothing();

  /**
   * Be told when any of `keys` changes, and once now.
   * @param {(keyof State)[]} keys
   * @param {(state: State) => void} tell
   */
  on(keys, tell) {
    this.#listeners.push({ keys, tell });
    tell(this.state);
  }

  /** For the store alone. @param {Partial<State>} change */
  set(change) {
    Object.assign(this.state, change);
    const changed = /** @type {(keyof State)[]} */ (Object.keys(change));
    for (const { keys, tell } of this.#listeners) {
      if (keys.some((key) => changed.includes(key))) tell(this.state);
    }
  }
}
