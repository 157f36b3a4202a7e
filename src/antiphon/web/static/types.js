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
 * @property {string} project
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
 *
 * Playing along; times in seconds.
 *
 * @typedef {[at_s: number, duration_s: number, track: number, pitch: number, velocity: number]} LiveNote  in its bar
 * @typedef {[at_s: number, symbol: string]} LiveChord  in its bar
 * @typedef {"you"|"me"|"both"} Turn  whose phrase it is
 * @typedef {Pick<Track, "name"|"role"|"program"|"is_drum">} LiveTrack
 *
 * @typedef {object} LiveBar  as the server tells it
 * @property {number} bar         how many were before it
 * @property {number} n_bars      more than one where music begins
 * @property {number} at_s        since the first one began
 * @property {number} duration_s
 * @property {string} key
 * @property {LiveChord[]} chords
 * @property {LiveTrack[]} tracks
 * @property {LiveNote[]} notes
 * @property {boolean} covered    the last one varied, as this one was not ready
 * @property {Turn} [turn]
 * @property {string} [metre]     as "4/4"
 * @property {number[]} [beats]   where its beats are
 * @property {number} [heard]     notes of the musician by then
 *
 * @typedef {object} Mend  of a bar that was told
 * @property {number} mend            its number
 * @property {number} from_s          in it; what began before stays
 * @property {LiveNote[]} notes       all that begin later
 * @property {LiveChord[]} [chords]   all of the bar
 * @property {[track: number, pitch: number][]} [ends]  what sounds there and ends
 * @typedef {LiveBar & {time: number, stretch: number, places: number[]}} Placed
 *   time of the clock at its beginning, seconds of the clock a second, places of its tracks among all
 * @typedef {{time: number, end: number|null, pitch: number, velocity: number}} HandNote  on the clock; without end while it sounds
 *
 * @typedef {{style: string, key?: string, mode?: string}} Band  what a session begins with
 * @typedef {object} Seat  how the musician plays along; without part he does not
 * @property {string} [part]      the role that he takes
 * @property {"accompany"|"trade"|"none"} answer
 * @property {number} [trade_bars]
 * @property {"beat"|"bar"} quantise  where what is moved is heard
 */
export {};
