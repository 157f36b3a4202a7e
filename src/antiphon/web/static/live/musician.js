/**
 * The musician: what he plays is heard at once, and known by the time at which he meant it.
 * @import {LiveTrack} from "../types.js"
 * @import {Player} from "../player.js"
 * @import {Store} from "../store.js"
 */
import { t } from "../i18n/index.js";
import { Cast } from "../sound/cast.js";
import { usual } from "../sound/mix.js";
import { BEND } from "../sound/synth.js";
import { Hands } from "./hands.js";

const BLOCK = 6; // of channels; pieces have at most 64 tracks, the machine has the one before
const OFFSET = "antiphon.offset";
const CLICK = { name: "", role: "drums", program: 0, is_drum: true };
const [CLICK_KEY, CLICK_VELOCITY, CLICK_LASTS_S] = [76, 110, 0.1]; // a woodblock

export class Musician {
  /** @type {Cast|null} */
  #cast = null;
  #measured = parseFloat(localStorage.getItem(OFFSET) ?? "");
  /** @type {((time: number) => void)|null} told the clock of every key */
  tapped = null;

  /** @param {Store} store @param {Player} player */
  constructor(store, player) {
    this.store = store;
    this.player = player;
    this.hands = new Hands({ on: (...note) => this.#sound(...note), off: (pitch) => this.#sound(pitch, 0) });
    store.on(["seat", "instrument"], () => this.#sit());
  }

  // time

  /** The clock at an event of the page, seconds. @param {number} [timeStamp] of the event */
  clock(timeStamp = performance.now()) {
    const { context } = this.player;
    return context ? context.currentTime + (timeStamp - performance.now()) / 1000 : 0;
  }

  /** Seconds from what is scheduled to its being heard, as far as the browser knows. */
  get #late() {
    const { context } = this.player;
    return context ? context.baseLatency + (context.outputLatency || 0) : 0;
  }

  /** The time of the clock that is heard now. */
  heardAt() {
    return this.clock() - this.#late;
  }

  /** Seconds from what is scheduled to his answer to it: as measured by his ear, else as the browser knows. */
  get offset() {
    return Number.isNaN(this.#measured) ? this.#late : this.#measured;
  }

  set offset(seconds) {
    this.#measured = seconds;
    localStorage.setItem(OFFSET, String(seconds));
  }

  get isMeasured() {
    return !Number.isNaN(this.#measured);
  }

  /** The time that he means at an event. @param {number} [timeStamp] */
  meant(timeStamp) {
    return this.clock(timeStamp) - this.offset;
  }

  // sound

  /** His track: the part that he takes, or a melody over everything. @returns {LiveTrack} */
  get track() {
    const { about, seat, instrument } = this.store.state;
    const role = seat?.part ?? "melody";
    const known = about?.roles.find((/** @type {{id: string}} */ { id }) => id === role);
    const is_drum = role === "drums";
    return { name: t("jam.you"), role, program: is_drum ? 0 : (instrument ?? known?.program ?? 0), is_drum };
  }

  /** Have an instrument in hand. @returns {Promise<boolean>} whether there is one */
  async ready() {
    const synth = await this.player.giveWay();
    if (synth && !this.#cast) {
      this.#cast = new Cast(synth, BLOCK);
      this.#tune();
      for (const { pitch, velocity } of this.hands.held) this.#sound(pitch, velocity);
    }
    return synth !== null;
  }

  /** Take another part or instrument. */
  #sit() {
    this.rest();
    this.#tune();
  }

  #tune() {
    const tracks = [this.track, CLICK];
    this.#cast?.fill(tracks);
    tracks.forEach((track, index) => this.#cast?.set(index, usual(track)));
  }

  /** @param {number} pitch @param {number} velocity 0 ends it */
  #sound(pitch, velocity) {
    const kind = velocity ? "on" : "off";
    this.#cast?.send([{ time: 0, kind, track: 0, number: pitch, value: velocity }]);
  }

  /** @param {number} pitch @param {number} velocity @param {number} [timeStamp] of the event */
  press(pitch, velocity, timeStamp) {
    if (!this.#cast) void this.ready();
    this.hands.press(pitch, velocity, this.meant(timeStamp));
    this.tapped?.(this.clock(timeStamp));
  }

  /** @param {number} pitch @param {number} [timeStamp] */
  release(pitch, timeStamp) {
    this.hands.release(pitch, this.meant(timeStamp));
  }

  /** @param {boolean} isDown @param {number} [timeStamp] */
  pedal(isDown, timeStamp) {
    this.hands.pedal(isDown, this.meant(timeStamp));
  }

  /** @param {number} value −8192…8191 */
  bend(value) {
    this.#cast?.set(0, [[BEND, value]]);
  }

  /** Let clicks be heard. @param {number[]} times by the clock */
  click(times) {
    const click = { track: 1, number: CLICK_KEY };
    this.#cast?.send(
      times.flatMap((time) => [
        { ...click, kind: "on", time, value: CLICK_VELOCITY },
        { ...click, kind: "off", time: time + CLICK_LASTS_S, value: 0 },
      ]),
    );
  }

  /** Let go of everything. */
  rest() {
    this.hands.rest(this.meant());
  }
}
