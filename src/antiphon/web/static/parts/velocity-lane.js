/** How loud notes are: a stem for each note of the track in hand; drag to set, several at once. */
import { context2d, h } from "../dom.js";
import { t } from "../i18n/index.js";
import { clamp, replaceNotes, withVelocity } from "../music/edits.js";
import { colours, onTheme } from "../roll/colours.js";
import { visible } from "../roll/geometry.js";
import { longest } from "../roll/paint.js";
import { Part } from "./part.js";

const NEAR = 6; // pixels between the pointer and a stem

/** @typedef {import("../types.js").Note} Note */

export class VelocityLane extends Part {
  #drawing = false;
  /** @type {Map<Note, number>} velocities that are being set */
  #draft = new Map();

  make() {
    this.canvas = h("canvas", { role: "img", "aria-label": t("velocity.name") });
    this.append(h("span", { class: "lane-name" }, t("velocity.short")), this.canvas);
    this.canvas.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.#drawing = true;
      this.#draft.clear();
      this.#set(event);
    });
    this.canvas.addEventListener(
      "pointermove",
      (/** @type {PointerEvent} */ event) => this.#drawing && this.#set(event),
    );
    this.canvas.addEventListener("pointerup", () => this.#done());
    this.canvas.addEventListener("pointercancel", () => this.#done());
    this.store.on(["piece", "activeTrack", "selection"], () => this.#paint());
    this.studio.viewport.addEventListener("change", () => this.#paint());
    onTheme(() => this.#paint());
    new ResizeObserver(() => this.#paint()).observe(this.canvas);
  }

  /** @returns {Note[]} */
  #seen() {
    const { view } = this.studio.viewport;
    const notes = this.store.track?.notes ?? [];
    return notes.slice(...visible(notes, view.left, view.right, longest(notes)));
  }

  /** @param {PointerEvent} event */
  #set(event) {
    const { left, top, height } = this.canvas.getBoundingClientRect();
    const x = event.clientX - left;
    const velocity = clamp(Math.round(127 * (1 - (event.clientY - top) / height)), 1, 127);
    const { view } = this.studio.viewport;
    const { selection } = this.state;
    const under = this.#seen().filter((note) => Math.abs(view.x(note[0]) + 2 - x) <= NEAR);
    const wanted = selection.size && under.some((note) => selection.has(note)) ? [...selection] : under;
    for (const note of wanted) this.#draft.set(note, velocity);
    this.#paint();
  }

  #done() {
    this.#drawing = false;
    const { piece, activeTrack, selection } = this.state;
    if (piece && this.#draft.size) {
      const old = new Set(this.#draft.keys());
      const notes = withVelocity(old, (velocity, note) => this.#draft.get(note) ?? velocity);
      const kept = [...old].map((note, index) => (selection.has(note) ? notes[index] : null));
      void this.store.edit(
        replaceNotes(piece, activeTrack, old, notes),
        kept.filter((note) => note !== null),
      );
    }
    this.#draft.clear();
  }

  #paint() {
    const { piece, activeTrack, selection } = this.state;
    if (!piece || !this.canvas.clientWidth) return;
    const context = context2d(this.canvas);
    const palette = colours();
    const { view } = this.studio.viewport;
    const height = this.canvas.clientHeight;
    const index = piece.tracks.findIndex((track) => track.id === activeTrack);
    for (const note of this.#seen()) {
      const velocity = this.#draft.get(note) ?? note[3];
      const tall = (velocity / 127) * (height - 4);
      const x = view.x(note[0]);
      context.fillStyle = selection.has(note) ? palette.ink : palette.tracks[Math.max(index, 0) % 8];
      context.fillRect(x, height - tall, 2, tall);
      context.fillRect(x - 1, height - tall - 1, 5, 3);
    }
  }
}
customElements.define("velocity-lane", VelocityLane);
