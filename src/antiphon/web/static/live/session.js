/**
 * One session with the server: the bars that come, and what it is told meanwhile.
 * @import {HandNote, LiveBar} from "../types.js"
 * @import {Api} from "../api.js"
 */
import { LiveLine } from "./line.js";

const TELL_S = 0.06; // between two messages
const MOST_NOTES = 64; // in a message

/**
 * What a session says to the jam.
 * @typedef {object} Hooks
 * @property {() => void} bar          one came
 * @property {(chord: string) => void} listening
 * @property {(sentence: string) => void} error
 * @property {() => void} gone
 */

export class Session {
  line = new LiveLine();
  isOpen = true;
  #toldAt = -Infinity;
  /** @type {Record<string, unknown>} wishes as the server knows them */
  #told = {};
  /** @type {WeakMap<HandNote, number>} by which the server knows them */
  #places = new WeakMap();

  /**
   * @param {Api} api
   * @param {() => {band: object, wishes: Record<string, unknown>}} plan asked for when the way is open
   * @param {() => number} clock
   * @param {Hooks} hooks
   */
  constructor(api, plan, clock, hooks) {
    this.clock = clock;
    this.hooks = hooks;
    const first = () => {
      const { band, wishes } = plan();
      this.#told = wishes;
      return { ...band, ...wishes };
    };
    const gone = () => {
      this.isOpen = false;
      hooks.gone();
    };
    this.way = api.live(first, (told) => this.#hear(told), gone);
  }

  /** @param {any} told */
  #hear(told) {
    if (told.error) this.hooks.error(told.error);
    else if (told.mend !== undefined) this.line.mend(told, this.clock());
    else if (told.listening) this.hooks.listening(told.listening.chord);
    else if (told.notes) {
      this.line.add(/** @type {LiveBar} */ (told), this.clock());
      this.hooks.bar();
    }
  }

  /**
   * Tell the server what changed since it was told last; not too often.
   * @param {Record<string, unknown>} wishes
   * @param {{news: (most: number) => HandNote[]}} hands
   * @param {number} now at which a note would be meant
   */
  tell(wishes, hands, now) {
    if (!this.isOpen || now < this.#toldAt + TELL_S) return;
    const news = changes(this.#told, wishes);
    const played = hands.news(MOST_NOTES).map((note) => {
      const { time, end, pitch, velocity } = note;
      const at_s = this.#places.get(note) ?? rounded(this.line.secondsAt(time));
      this.#places.set(note, at_s);
      return [at_s, rounded(Math.max((end ?? now) - time, 0)), pitch, velocity];
    });
    if (played.length) news.played = played;
    if (!Object.keys(news).length) return;
    this.#told = wishes;
    this.#toldAt = now;
    this.way.tell(news);
  }

  end() {
    this.isOpen = false;
    this.way.end();
  }
}

/** @param {number} seconds */
const rounded = (seconds) => Math.round(1e4 * seconds) / 1e4;

/**
 * What changed from one set of wishes to another; null where one was taken back.
 * @param {Record<string, unknown>} before
 * @param {Record<string, unknown>} after
 * @returns {Record<string, unknown>}
 */
function changes(before, after) {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter((name) => before[name] !== after[name]);
  return Object.fromEntries(changed.map((name) => [name, after[name] ?? null]));
}
