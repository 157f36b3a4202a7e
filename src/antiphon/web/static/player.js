/**
 * Sound: follows the store and plays its piece, from a soundfont on the audio thread.
 *
 * Where the synthesizer or the soundfont is missing, the server's own rendering is played instead.
 *
 * @import {Piece} from "./types.js"
 * @import {Store} from "./store.js"
 */
import { Rendered } from "./sound/rendered.js";
import { Synthesized } from "./sound/synthesized.js";
import { Synth } from "./sound/synth.js";

const LOUD = 2.5; // of the synthesizer, which leaves room for many voices
const SOON_S = 0.06; // in which the volume follows its fader

export class Player {
  /** @type {Synthesized|Rendered|null} */
  #source = null;
  /** @type {Promise<void>|null} */
  #loading = null;
  #step = 0;
  #isAuditioning = false;
  #resolution = 1;
  #project = "";
  /** @type {AudioContext} */
  context;
  /** @type {GainNode} */
  output;
  /** @type {AnalyserNode} */
  ear;
  #samples = new Float32Array(2048);
  /** @type {Synth|null} */
  synth = null;

  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    store.on(["piece"], ({ piece }) => {
      if (!piece) return;
      this.#step *= piece.resolution / this.#resolution;
      this.#resolution = piece.resolution;
      this.endAudition();
      this.#source?.setPiece(piece);
    });
    store.on(["mixer", "piece"], () => this.#mix());
    store.on(["loop", "looping", "piece"], () => this.#loop());
    store.on(["volume"], ({ volume }) => this.fade(volume, SOON_S));
    store.on(["project"], ({ project, playing }) => {
      if (!playing && project?.id !== this.#project) this.#step = 0;
      this.#project = project?.id ?? "";
      if (!playing) this.#source?.stop();
    });
  }

  /** Get sound ready; before the first click, so that the click is heard at once. */
  load() {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load() {
    this.store.choose({ sound: "loading" });
    this.context = new AudioContext({ latencyHint: "interactive" });
    this.#chain(this.context);
    const synthesized = this.store.state.about?.player.ready
      ? await this.#fromSoundfont(this.context).catch(() => null)
      : null;
    this.#source = synthesized ?? new Rendered(this.context, this.output, this.store);
    this.store.choose({ sound: synthesized ? "ready" : "rendered" });
    const { piece } = this.store.state;
    if (piece) this.#source.setPiece(piece);
    this.#mix();
    this.#loop();
  }

  /** @param {AudioContext} context */
  async #fromSoundfont(context) {
    this.synth = await Synth.load(context, this.output, this.store.api.soundfont());
    return new Synthesized(context, this.synth, () => this.#ended());
  }

  /** Master level, a limiter against clipping, and an ear for the meter. @param {AudioContext} context */
  #chain(context) {
    this.output = new GainNode(context, { gain: LOUD * this.store.state.volume });
    const limiter = new DynamicsCompressorNode(context, {
      threshold: -6,
      knee: 3,
      ratio: 20,
      attack: 0.002,
      release: 0.12,
    });
    const ceiling = new GainNode(context, { gain: 0.8 }); // undoes the make-up gain the limiter adds
    this.ear = new AnalyserNode(context, { fftSize: this.#samples.length });
    this.output.connect(limiter).connect(ceiling).connect(this.ear).connect(context.destination);
  }

  #ended() {
    this.#step = 0;
    this.store.choose({ playing: false });
  }

  #mix() {
    const { piece, mixer } = this.store.state;
    if (!piece || !this.#source) return;
    const anySolo = piece.tracks.some((track) => mixer[track.id]?.solo);
    this.#source.setSilent(piece.tracks.map(({ id }) => mixer[id]?.mute || (anySolo && !mixer[id]?.solo)));
  }

  /** @returns {import("./types.js").Range|null} */
  #range() {
    const { piece, loop, looping } = this.store.state;
    if (!looping || !piece) return null;
    return loop ?? { start: 0, end: Infinity };
  }

  #loop() {
    this.#source?.setLoop(this.#range());
  }

  async play() {
    await this.load();
    this.endAudition();
    if (!this.#source || !this.store.state.piece || this.store.state.playing) return;
    await this.context?.resume();
    const { loop, looping } = this.store.state;
    if (loop && looping && (this.#step < loop.start || this.#step >= loop.end)) this.#step = loop.start;
    this.store.choose({ playing: true });
    const heard = await this.store.attempt(async () => {
      await this.#source?.play(this.#step);
      return true;
    });
    if (!heard) this.store.choose({ playing: false });
  }

  pause() {
    this.#step = this.position();
    this.#source?.stop();
    this.store.choose({ playing: false });
  }

  toggle() {
    return this.store.state.playing ? this.pause() : this.play();
  }

  /** @param {number} step */
  seek(step) {
    this.#step = step;
    if (this.store.state.playing) void this.#source?.play(step);
    else this.store.choose({ playing: false });
  }

  /** @returns {number} the step that is heard now */
  position() {
    return this.store.state.playing && this.#source ? this.#source.position() : this.#step;
  }

  /** Let a piece that is no take go round, until something is played. @param {Piece} piece @returns {Promise<boolean>} whether it can be heard */
  async audition(piece) {
    await this.load();
    if (!(this.#source instanceof Synthesized)) return false;
    if (this.store.state.playing) this.pause();
    await this.context.resume();
    this.#source.stop();
    this.#source.setPiece(piece);
    this.#source.setSilent(piece.tracks.map(() => false));
    this.#source.setLoop({ start: 0, end: Infinity });
    await this.#source.play(0);
    this.#isAuditioning = true;
    document.dispatchEvent(new CustomEvent("antiphon-audition", { detail: true }));
    return true;
  }

  /** Have the take in hand to be played again. */
  endAudition() {
    if (!this.#isAuditioning) return;
    this.#isAuditioning = false;
    this.#source?.stop();
    const { piece } = this.store.state;
    if (piece) this.#source?.setPiece(piece);
    this.#mix();
    this.#loop();
    document.dispatchEvent(new CustomEvent("antiphon-audition", { detail: false }));
  }

  /** Let one note be heard, as an answer to the hand. @param {string} track @param {number} pitch @param {number} velocity */
  preview(track, pitch, velocity) {
    const index = this.store.state.piece?.tracks.findIndex((each) => each.id === track) ?? -1;
    if (index < 0 || !this.#source || this.context?.state !== "running") return;
    this.#source.preview(index, pitch, velocity);
  }

  /** Let who plays live have the stage. @returns {Promise<Synth|null>} null where there is none */
  async giveWay() {
    this.endAudition();
    if (this.store.state.playing) this.pause();
    await this.load();
    await this.context.resume();
    return this.synth;
  }

  /** Let all be so loud, or silent. @param {number} volume 0–1 @param {number} seconds in which it is reached */
  fade(volume, seconds) {
    if (this.context) this.output.gain.setTargetAtTime(LOUD * volume, this.context.currentTime, seconds / 3);
  }

  /** The loudest sample of the last moments. @returns {number} 0–1 */
  level() {
    if (!this.ear) return 0;
    this.ear.getFloatTimeDomainData(this.#samples);
    return this.#samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  }
}
