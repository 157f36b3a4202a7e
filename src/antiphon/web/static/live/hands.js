/**
 * What the musician plays: keys and pedal in, notes with their times out.
 *
 * A note begins when its key goes down, and sounds until the key and the pedal are up.
 * @import {HandNote} from "../types.js"
 */

const KEPT_NOTES = 20_000;

export class Hands {
  /** @type {HandNote[]} by beginning */
  notes = [];
  /** @type {Map<number, HandNote>} by pitch, whose key is down */
  #down = new Map();
  /** @type {Set<HandNote>} whose key is up and whose pedal is not */
  #held = new Set();
  #pedal = false;
  /** @type {Set<HandNote>} that began or ended and were not told */
  #news = new Set();

  /** @param {{on: (pitch: number, velocity: number) => void, off: (pitch: number) => void}} sound */
  constructor(sound) {
    this.sound = sound;
  }

  /** Notes whose keys are down. @returns {HandNote[]} */
  get held() {
    return [...this.#down.values()];
  }

  /** @returns {Set<number>} pitches whose keys are down */
  get pressed() {
    return new Set(this.#down.keys());
  }

  /** @param {number} pitch @param {number} velocity 1–127 @param {number} time clock, seconds */
  press(pitch, velocity, time) {
    this.#end(
      [this.#down.get(pitch), ...this.#held].filter((note) => note?.pitch === pitch),
      time,
    );
    /** @type {HandNote} */
    const note = { pitch, velocity, time, end: null };
    this.notes.push(note);
    if (this.notes.length > KEPT_NOTES) this.notes.shift();
    this.#down.set(pitch, note);
    this.#news.add(note);
    this.sound.on(pitch, velocity);
  }

  /** @param {number} pitch @param {number} time */
  release(pitch, time) {
    const note = this.#down.get(pitch);
    if (!note) return;
    this.#down.delete(pitch);
    if (this.#pedal) this.#held.add(note);
    else this.#end([note], time);
  }

  /** @param {boolean} isDown @param {number} time */
  pedal(isDown, time) {
    this.#pedal = isDown;
    if (!isDown) this.#end([...this.#held], time);
  }

  /** Let everything go. @param {number} time */
  rest(time) {
    for (const pitch of this.pressed) this.release(pitch, time);
    this.pedal(false, time);
  }

  /** @param {(HandNote|undefined)[]} notes @param {number} time */
  #end(notes, time) {
    for (const note of notes) {
      if (!note || note.end !== null) continue;
      note.end = Math.max(time, note.time);
      this.#held.delete(note);
      this.#news.add(note);
      this.sound.off(note.pitch);
    }
  }

  /** Notes that began or ended since they were asked for last. @param {number} most @returns {HandNote[]} */
  news(most) {
    const news = [...this.#news].slice(0, most);
    for (const note of news) this.#news.delete(note);
    return news;
  }
}
