/**
 * A piece played by the synthesizer, scheduled a little ahead on the audio clock.
 * @import {Piece, Range} from "../types.js"
 * @import {Synth} from "./synth.js"
 */
import { Cast } from "./cast.js";
import { usual } from "./mix.js";
import { controlsAt, Scheduler } from "./scheduling.js";

const TICK_MS = 25;
const AHEAD_S = 0.12;
const AHEAD_HIDDEN_S = 1.6; // a page in the background is woken once a second
const LEAD_S = 0.06; // from the click to the first note
const PREVIEW_MS = 350;

export class Synthesized {
  /** @type {Scheduler|null} */
  #scheduler = null;
  #instruments = "";
  #settings = "";
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #timer;
  #run = 0;

  /** @param {AudioContext} context @param {Synth} synth @param {() => void} ended */
  constructor(context, synth, ended) {
    this.context = context;
    this.synth = synth;
    this.cast = new Cast(synth);
    this.ended = ended;
  }

  /** @param {Piece} piece */
  setPiece(piece) {
    this.#scheduler ??= new Scheduler(piece);
    this.#scheduler.setPiece(piece);
    const instruments = JSON.stringify(piece.tracks.map((t) => [t.program, t.is_drum, t.role]));
    if (instruments !== this.#instruments) {
      this.cast.fill(piece.tracks);
      this.#settings = "";
    }
    this.#instruments = instruments;
    const settings = JSON.stringify(piece.tracks.map((track) => track.controls));
    if (settings !== this.#settings) this.#set(this.#scheduler.step);
    this.#settings = settings;
  }

  /** Set all controllers as they are at a step. @param {number} step */
  #set(step) {
    this.#scheduler?.piece.tracks.forEach((track, index) => {
      this.cast.set(index, usual(track));
      this.cast.set(index, controlsAt(track.controls, step));
    });
  }

  /** @param {boolean[]} silent of each track */
  setSilent(silent) {
    silent.forEach((each, index) => {
      const channel = this.cast.channels[index];
      if (channel !== undefined) this.synth.mute(channel, each);
    });
  }

  /** @param {Range|null} loop */
  setLoop(loop) {
    this.loop = loop;
    if (this.#scheduler) this.#scheduler.loop = loop;
  }

  /** @param {number} step */
  async play(step) {
    const scheduler = this.#scheduler;
    if (!scheduler) return;
    this.stop();
    this.#set(step);
    scheduler.loop = this.loop ?? null;
    scheduler.start(step, Math.max(this.context.currentTime + LEAD_S, this.#given));
    this.#tick();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Until when events have been given out. */
  get #given() {
    return (this.#scheduler?.time ?? 0) + 0.005;
  }

  #tick() {
    const scheduler = this.#scheduler;
    if (!scheduler) return;
    const ahead = document.hidden ? AHEAD_HIDDEN_S : AHEAD_S;
    this.cast.send(scheduler.advance(this.context.currentTime + ahead));
    if (!scheduler.running && !scheduler.sounding.some) {
      const rest = Math.max(scheduler.time - this.context.currentTime, 0);
      const run = ++this.#run;
      clearInterval(this.#timer);
      setTimeout(() => run === this.#run && this.ended(), rest * 1000);
    }
  }

  stop() {
    this.#run++;
    clearInterval(this.#timer);
    this.cast.send(this.#scheduler?.stop() ?? []);
    this.synth.silence();
  }

  position() {
    const late = this.context.outputLatency || 0;
    return this.#scheduler?.positionAt(this.context.currentTime - late) ?? 0;
  }

  /** @param {number} track @param {number} pitch @param {number} velocity */
  preview(track, pitch, velocity) {
    const channel = this.cast.channels[track];
    this.synth.on(channel, pitch, velocity, 0);
    setTimeout(() => this.synth.off(channel, pitch, 0), PREVIEW_MS);
  }
}
