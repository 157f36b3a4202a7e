/** How loud notes are: a stem for each note of the track in hand; drag to set, several at once. */
import { t } from "../i18n/index.js";
import { clamp, replaceNotes, withVelocity } from "../music/edits.js";
import { visible } from "../roll/geometry.js";
import { longest } from "../roll/paint.js";
import { CanvasLane } from "./canvas-lane.js";

const NEAR = 6; // pixels between the pointer and a stem

/** @typedef {import("../types.js").Note} Note */

export class VelocityLane extends CanvasLane {
  #drawing = false;
  /** @type {Map<Note, number>} velocities that are being set */
  #draft = new Map();

  make() {
    const props = { "aria-label": t("velocity.name") };
    this.lay(t("velocity.short"), props, ["piece", "activeTrack", "selection"]);
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
    this.paint();
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

  /**
   * @param {CanvasRenderingContext2D} context @param {import("../roll/colours.js").Colours} palette
   * @param {import("../types.js").Piece} piece @param {number} height
   */
  draw(context, palette, piece, height) {
    const { activeTrack, selection } = this.state;
    const { view } = this.studio.viewport;
    const index = piece.tracks.findIndex((track) => track.id === activeTrack);
    for (const note of this.#seen()) {
      const velocity = this.#draft.get(note) ?? note[3];
      const tall = (velocity / 127) * (height - 4);
      const x = view.x(note[0]);
      context.fillStyle = selection.has(note)
        ? palette.ink
        : palette.tracks[Math.max(index, 0) % palette.tracks.length];
      context.fillRect(x, height - tall, 2, tall);
      context.fillRect(x - 1, height - tall - 1, 5, 3);
    }
  }
}
customElements.define("velocity-lane", VelocityLane);
