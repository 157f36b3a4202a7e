/**
 * A MIDI keyboard through the browser (Web MIDI), and what its messages mean.
 */

/**
 * @typedef {{kind: "on", pitch: number, velocity: number} | {kind: "off", pitch: number}
 *   | {kind: "pedal", down: boolean} | {kind: "bend", value: number}} Played  bend −8192…8191
 */

const SUSTAIN = 64;

/**
 * What a message of a keyboard says, on whatever channel; null when it says nothing that is heard.
 * @param {ArrayLike<number>} data
 * @returns {Played|null}
 */
export function meaningOf(data) {
  const [status, first, second] = Array.from(data);
  if (second === undefined) return null;
  switch (status & 0xf0) {
    case 0x90:
      return second > 0 ? { kind: "on", pitch: first, velocity: second } : { kind: "off", pitch: first };
    case 0x80:
      return { kind: "off", pitch: first };
    case 0xb0:
      return first === SUSTAIN ? { kind: "pedal", down: second >= 64 } : null;
    case 0xe0:
      return { kind: "bend", value: first + 128 * second - 8192 };
    default:
      return null;
  }
}

export class MidiIn {
  /** @type {MIDIAccess|null} */
  #access = null;
  #chosen = "";

  /** @param {(played: Played, timeStamp: number) => void} hear @param {() => void} changed devices came or went */
  constructor(hear, changed) {
    this.hear = hear;
    this.changed = changed;
  }

  /** Firefox before 108 and Safari have none. */
  static get isThere() {
    return "requestMIDIAccess" in navigator;
  }

  get isOpen() {
    return this.#access !== null;
  }

  /** Ask for the devices; the browser asks the person. @returns {Promise<boolean>} whether it was allowed */
  async open() {
    try {
      this.#access ??= await navigator.requestMIDIAccess();
    } catch {
      return false;
    }
    this.#access.onstatechange = () => this.#attach();
    this.#attach();
    return true;
  }

  /** @returns {{id: string, name: string}[]} */
  get devices() {
    const inputs = [...(this.#access?.inputs.values() ?? [])].filter(({ state }) => state === "connected");
    return inputs.map(({ id, name }) => ({ id, name: name ?? id }));
  }

  /** @param {string} id of the device that is heard; "" for all */
  choose(id) {
    this.#chosen = id;
    this.#attach();
  }

  #attach() {
    for (const input of this.#access?.inputs.values() ?? []) {
      const heard = !this.#chosen || input.id === this.#chosen;
      input.onmidimessage = heard
        ? ({ data, timeStamp }) => {
            const played = data && meaningOf(data);
            if (played) this.hear(played, timeStamp);
          }
        : null;
    }
    this.changed();
  }
}
