/** A piano to play by pointer, by touch, and by two rows of the computer keyboard. */
import { h, iconButton } from "../dom.js";
import { named, t } from "../i18n/index.js";
import { isWriting, letterOf, stepOf } from "../live/typing.js";
import { clamp } from "../music/edits.js";
import { isBlackKey, pitchName } from "../music/names.js";
import { Part } from "./part.js";

const KEY_PX = 34; // of a white key, at least
const [LEAST_STEPS, MOST_STEPS] = [17, 36]; // semitones that are shown
const WHITE_OF_OCTAVE = 7 / 12;
const [LOWEST, HIGHEST] = [0, 8]; // octaves
const OCTAVE_KEYS = new Map([
  ["Minus", -1],
  ["Equal", 1],
]);
const TYPED = 90; // velocity of a key of the computer
const [SOFT, LOUD] = [45, 115]; // velocity at the upper and the lower end of a key

export class JamKeys extends Part {
  /** @type {Map<string, number>} pitch by code of the computer's key that is down */
  #typed = new Map();
  /** @type {Map<number, number>} pitch by pointer */
  #pointed = new Map();
  #shown = "";

  make() {
    const { musician } = this.studio.jam;
    this.keys = h("div", { class: "keys", role: "group", "aria-label": t("jam.keys") });
    this.octave = h("output", { class: "octave" });
    this.append(
      h(
        "div",
        { class: "group octaves", role: "group", "aria-label": t("jam.octave") },
        iconButton("minus", t("jam.octave.down"), () => this.#shift(-1)),
        this.octave,
        iconButton("plus", t("jam.octave.up"), () => this.#shift(1)),
      ),
      this.keys,
    );
    this.store.on(["seat", "octave"], () => this.#lay());
    this.store.on(["seat"], ({ seat }) => {
      this.hidden = !seat?.part;
    });
    new ResizeObserver(() => this.#lay()).observe(this.keys);
    this.#point();
    this.#type();
    window.addEventListener("blur", () => musician.rest());
    requestAnimationFrame(() => this.#frame());
  }

  get #lowest() {
    return 12 * (this.state.octave + 1);
  }

  /** @param {number} by octaves */
  #shift(by) {
    this.studio.jam.musician.rest();
    this.store.choose({ octave: clamp(this.state.octave + by, LOWEST, HIGHEST) });
  }

  /** Make the keys that there is room for. */
  #lay() {
    const room = this.keys.clientWidth / KEY_PX / WHITE_OF_OCTAVE;
    const steps = clamp(Math.floor(room), LEAST_STEPS, MOST_STEPS);
    const isDrum = this.state.seat?.part === "drums";
    const pitches = Array.from({ length: steps + 1 }, (_, step) => this.#lowest + step).filter(
      (p) => p < 128,
    );
    if (isBlackKey(pitches[pitches.length - 1])) pitches.pop();
    this.octave.textContent = pitchName(this.#lowest);
    const shape = `${pitches} ${isDrum}`;
    if (shape === this.#shown) return;
    this.#shown = shape;
    const wide = 100 / pitches.filter((pitch) => !isBlackKey(pitch)).length;
    let white = 0;
    this.keys.replaceChildren(
      ...pitches.map((pitch, step) => {
        const key = this.#key(pitch, letterOf(step), isDrum);
        const isBlack = isBlackKey(pitch);
        if (!isBlack) white++;
        key.style.left = `${(isBlack ? white - 0.31 : white - 1) * wide}%`;
        key.style.width = `${(isBlack ? 0.62 : 1) * wide}%`;
        return key;
      }),
    );
    this.keys.firstChild.tabIndex = 0;
  }

  /** @param {number} pitch @param {string} letter @param {boolean} isDrum */
  #key(pitch, letter, isDrum) {
    const name = isDrum ? named("drum", String(pitch), pitchName(pitch)) : pitchName(pitch);
    const shown = isDrum || pitch % 12 === 0 ? name : "";
    return h(
      "button",
      {
        type: "button",
        class: isBlackKey(pitch) ? "key black" : "key",
        tabindex: "-1",
        "aria-label": name,
        data: { pitch },
        onkeydown: (/** @type {KeyboardEvent} */ event) => this.#step(event, pitch),
        onkeyup: () => this.studio.jam.musician.release(pitch),
        onblur: () => this.studio.jam.musician.release(pitch),
      },
      h("kbd", {}, letter),
      shown && h("small", {}, shown),
    );
  }

  /** By the keys of the page: arrows go from key to key, Enter and space play. @param {KeyboardEvent} event @param {number} pitch */
  #step(event, pitch) {
    const { musician } = this.studio.jam;
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (way) {
      const next = this.keys.querySelector(`[data-pitch="${pitch + way}"]`);
      if (!next) return;
      for (const key of this.keys.children) key.tabIndex = key === next ? 0 : -1;
      next.focus();
    } else if (event.key === "Enter" || event.key === " ") {
      if (!event.repeat) musician.press(pitch, TYPED, event.timeStamp);
    } else return;
    event.preventDefault();
  }

  #point() {
    const { musician } = this.studio.jam;
    /** @param {PointerEvent} event */
    const under = (event) => {
      const key = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-pitch]");
      return key && this.keys.contains(key) ? /** @type {HTMLElement} */ (key) : null;
    };
    /** @param {PointerEvent} event */
    const lift = (event) => {
      const pitch = this.#pointed.get(event.pointerId);
      this.#pointed.delete(event.pointerId);
      if (pitch !== undefined) musician.release(pitch, event.timeStamp);
    };
    /** @param {PointerEvent} event */
    const touch = (event) => {
      const key = under(event);
      const pitch = key ? Number(key.dataset.pitch) : undefined;
      if (pitch === this.#pointed.get(event.pointerId)) return;
      lift(event);
      if (!key || pitch === undefined) return;
      const { top, height } = key.getBoundingClientRect();
      const share = clamp((event.clientY - top) / height, 0, 1);
      this.#pointed.set(event.pointerId, pitch);
      musician.press(pitch, Math.round(SOFT + share * (LOUD - SOFT)), event.timeStamp);
    };
    this.keys.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      this.keys.setPointerCapture(event.pointerId);
      touch(event);
    });
    this.keys.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      if (this.#pointed.has(event.pointerId) || event.buttons) touch(event);
    });
    for (const kind of ["pointerup", "pointercancel"]) this.keys.addEventListener(kind, lift);
  }

  #type() {
    const { musician } = this.studio.jam;
    document.addEventListener("keydown", (event) => {
      if (!this.clientWidth || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target))
        return;
      const step = stepOf(event.code);
      if (event.key === "Shift") musician.pedal(true, event.timeStamp);
      else if (OCTAVE_KEYS.has(event.code)) this.#shift(OCTAVE_KEYS.get(event.code) ?? 0);
      else if (step === undefined) return;
      else if (!event.repeat && this.#lowest + step < 128) {
        this.#typed.set(event.code, this.#lowest + step);
        musician.press(this.#lowest + step, TYPED, event.timeStamp);
      }
      event.preventDefault();
    });
    document.addEventListener("keyup", (event) => {
      if (event.key === "Shift") musician.pedal(false, event.timeStamp);
      const pitch = this.#typed.get(event.code);
      this.#typed.delete(event.code);
      if (pitch !== undefined) musician.release(pitch, event.timeStamp);
    });
  }

  /** Show which keys are down, whoever pressed them. */
  #frame() {
    requestAnimationFrame(() => this.#frame());
    if (!this.clientWidth) return;
    const { pressed } = this.studio.jam.musician.hands;
    for (const key of this.keys.children)
      key.classList.toggle("down", pressed.has(Number(key.dataset.pitch)));
  }
}
customElements.define("jam-keys", JamKeys);
