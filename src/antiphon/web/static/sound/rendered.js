/**
 * A take played as the server renders it, where there is no synthesizer in the browser.
 * The mixer does nothing here, and an edit is heard once it has been rendered.
 *
 * @import {Piece, Range} from "../types.js"
 * @import {Store} from "../store.js"
 */
import { Timeline } from "../music/time.js";
import { endOf } from "../music/edits.js";

export class Rendered {
  /** @type {AudioBufferSourceNode|null} */
  #node = null;
  #began = 0; // audio clock at which second 0 of the piece would have sounded
  #rendered = "";
  /** @type {AudioBuffer|null} */
  #buffer = null;
  /** @type {Range|null} */
  #loop = null;

  /** @param {AudioContext} context @param {AudioNode} output @param {Store} store */
  constructor(context, output, store) {
    this.context = context;
    this.output = output;
    this.store = store;
  }

  /** @param {Piece} piece */
  setPiece(piece) {
    this.timeline = new Timeline(piece);
    this.end = endOf(piece);
  }

  setSilent() {}

  preview() {}

  /** @param {Range|null} loop */
  setLoop(loop) {
    this.#loop = loop;
    if (this.#node) this.#turn(this.#node);
  }

  /** @param {AudioBufferSourceNode} node */
  #turn(node) {
    const timeline = this.timeline;
    if (!timeline) return;
    node.loop = this.#loop !== null;
    node.loopStart = timeline.secondsAt(this.#loop?.start ?? 0);
    node.loopEnd = timeline.secondsAt(Math.min(this.#loop?.end ?? Infinity, this.end ?? 0));
  }

  /** @param {number} step */
  async play(step) {
    this.stop();
    await this.#render();
    if (!this.#buffer || !this.timeline || !this.store.state.playing) return;
    const node = new AudioBufferSourceNode(this.context, { buffer: this.#buffer });
    this.#turn(node);
    node.connect(this.output);
    const from = this.timeline.secondsAt(step);
    node.start(0, from);
    node.onended = () => this.#node === node && this.store.choose({ playing: false });
    this.#began = this.context.currentTime - from;
    this.#node = node;
  }

  async #render() {
    const take = this.store.state.take;
    const wanted = `${take?.id} ${take?.revision}`;
    if (!take || wanted === this.#rendered) return;
    const bytes = await this.store.api.rendered(take.id, take.revision ?? 0);
    this.#buffer = await this.context.decodeAudioData(bytes);
    this.#rendered = wanted;
  }

  stop() {
    const node = this.#node;
    this.#node = null;
    node?.stop();
  }

  position() {
    if (!this.#node || !this.timeline) return 0;
    let seconds = this.context.currentTime - this.#began;
    const { loop, loopStart, loopEnd } = this.#node;
    if (loop && seconds > loopEnd) seconds = loopStart + ((seconds - loopStart) % (loopEnd - loopStart));
    return this.timeline.stepAt(seconds);
  }
}
