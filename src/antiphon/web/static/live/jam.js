/**
 * The jam: follows the store, and lets what the server sends be heard in time.
 *
 * @import {Placed} from "../types.js"
 * @import {Player} from "../player.js"
 * @import {Store} from "../store.js"
 */
import { t } from "../i18n/index.js";
import { Cast } from "../sound/cast.js";
import { usual } from "../sound/mix.js";
import { barAt } from "./line.js";
import { Musician } from "./musician.js";
import { pieceOf } from "./record.js";
import { Session } from "./session.js";

const BLOCK = 5; // of channels; pieces have at most 64 tracks, which need no more than those before
const TICK_MS = 15;
const AHEAD_S = 0.05; // little, as what is moved at a beat comes shortly before it
const MOST_BARS = 600; // that are remembered of sessions before
const MOST_COVERS = 8; // bars made up in a row, after which nobody is there
const AGAIN_MS = 2000;
const FADE_S = 20; // into sleep

export class Jam {
  /** @type {Placed[]} what was heard of sessions before */
  #past = [];
  /** @type {Session|null} that is heard */
  #session = null;
  /** @type {Session|null} whose first bar is awaited */
  #coming = null;
  /** @type {Cast|null} */
  #cast = null;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #timer;
  #n_tracks = 0; // that have a channel

  /** @param {Store} store @param {Player} player */
  constructor(store, player) {
    this.store = store;
    this.player = player;
    this.musician = new Musician(store, player);
    store.on(["band"], () => this.#timer && this.#connect()); // another style is another session
    store.on(["playing"], ({ playing }) => playing && this.end());
  }

  get #state() {
    return this.store.state;
  }

  toggle() {
    return this.#state.jam === "off" ? this.begin() : this.end();
  }

  async begin() {
    if (this.#state.jam !== "off" || !this.#state.band) return;
    this.store.choose({ jam: "waiting", message: null });
    const isReady = await this.musician.ready();
    if (this.store.state.jam !== "waiting") return;
    if (!isReady || !this.player.synth) {
      const text = this.#state.about.player.sentence;
      return this.store.choose({ jam: "off", message: { kind: "error", text, status: 400 } });
    }
    this.#cast ??= new Cast(this.player.synth, BLOCK);
    this.#past = [];
    this.musician.hands.notes = [];
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#connect();
  }

  end() {
    if (this.#state.jam === "off") return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#coming?.end();
    this.#session?.end();
    this.#send(this.#session?.line.stop());
    this.#past = this.bars;
    this.#coming = this.#session = null;
    this.musician.rest();
    this.player.synth?.silence();
    this.player.fade(this.#state.volume, 0);
    this.store.choose({ jam: "off", sleepAt: null, live: { turn: "", key: "", chord: "" }, listening: "" });
  }

  /** Begin a session; what plays goes on until its first bar is there. */
  #connect() {
    this.#coming?.end();
    const plan = () => ({ band: this.#state.band ?? {}, wishes: this.#wishes });
    const session = new Session(this.store.api, plan, () => this.player.context.currentTime, {
      bar: () => this.#came(session),
      listening: (chord) => this.store.choose({ listening: chord }),
      error: (text) => this.store.choose({ message: { kind: "error", text, status: 400 } }),
      gone: () => this.#gone(session),
    });
    this.#coming = session;
  }

  /** What a session can be told while it plays. @returns {Record<string, unknown>} */
  get #wishes() {
    return { ...this.#state.seat, ...this.#state.wishes };
  }

  /** A bar came. @param {Session} session */
  #came(session) {
    if (session === this.#coming) this.#takeOver(session);
    const { tracks } = session.line;
    if (tracks.length > this.#n_tracks) {
      this.#cast?.fill(tracks);
      tracks.forEach((track, index) => this.#cast?.set(index, usual(track)));
      this.#n_tracks = tracks.length;
    }
    this.#tick();
  }

  /** The new session's first bar is there: the one before ends where it begins. @param {Session} session */
  #takeOver(session) {
    const before = this.#session;
    this.#send(before?.line.advance(this.player.context.currentTime, session.line.bars[0].time));
    this.#send(before?.line.stop());
    before?.end();
    this.#past = this.bars.slice(-MOST_BARS);
    this.#session = session;
    this.#coming = null;
    this.#n_tracks = 0;
    this.store.choose({ jam: "playing" });
  }

  /** The way was cut, or refused: what is made up plays on while another is sought. @param {Session} session */
  #gone(session) {
    const isRefused = session === this.#coming;
    if (isRefused) this.#coming = null;
    if (isRefused && !this.#session) return this.end();
    if (this.#session?.isOpen) return;
    setTimeout(() => this.#timer && !this.#session?.isOpen && !this.#coming && this.#connect(), AGAIN_MS);
  }

  #tick() {
    const line = this.#session?.line;
    if (!line) return;
    const now = this.player.context.currentTime;
    // a page that is not seen may be woken seldom
    this.#send(line.advance(now, document.hidden ? Infinity : now + AHEAD_S));
    this.#session?.tell(this.#wishes, this.musician.hands, this.musician.meant());
    this.#follow();
    this.#sleep();
    if (line.covers <= MOST_COVERS) return;
    this.end();
    this.store.choose({ message: { kind: "error", text: "!offline" } });
  }

  /** @param {import("../sound/scheduling.js").SoundEvent[]} [events] */
  #send(events = []) {
    this.#cast?.send(events);
  }

  /** Know what is heard now. */
  #follow() {
    const heard = this.musician.heardAt();
    const bar = barAt(this.bars, heard);
    if (!bar) return;
    const at_s = (heard - bar.time) / bar.stretch;
    const chord = bar.chords.findLast(([begin]) => begin <= at_s)?.[1];
    const { live } = this.#state;
    /** @type {typeof live} */
    const now = { turn: bar.turn ?? "", key: bar.key || live.key, chord: chord ?? live.chord };
    if (JSON.stringify(now) !== JSON.stringify(live)) this.store.choose({ live: now });
  }

  #sleep() {
    const { sleepAt } = this.#state;
    if (!sleepAt) return;
    const left_s = (sleepAt - Date.now()) / 1000;
    if (left_s < -FADE_S) this.end();
    else if (left_s < 0) this.player.fade(0, FADE_S);
  }

  /** All that was heard and is known to come. @returns {Placed[]} */
  get bars() {
    return this.#session ? [...this.#past, ...this.#session.line.bars] : this.#past;
  }

  /** What was played becomes a take. @returns {Promise<boolean>} whether it did */
  async keep() {
    this.end();
    if (!this.bars.length) return false;
    const title = t("jam.take");
    const how = { title, most: this.#state.about.limits.bars, you: this.musician.track };
    return this.store.keep(pieceOf(this.bars, this.musician.hands.notes, how), title);
  }
}
