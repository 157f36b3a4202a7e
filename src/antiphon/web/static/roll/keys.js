/**
 * The roll by keyboard. With notes chosen, the arrows move them; with none, they move the cursor.
 *
 * @import {Note, Piece} from "../types.js"
 * @import {Store} from "../store.js"
 */
import {
  clamp,
  endOf,
  moved,
  pasted,
  quantised,
  replaceNotes,
  resized,
  withVelocity,
} from "../music/edits.js";

/** @typedef {{step: number, pitch: number}} Cursor */

export class Keys {
  /** @type {Note[]} */
  #copied = [];
  /** @type {Cursor} */
  cursor = { step: 0, pitch: 60 };

  /** @param {Store} store @param {(pitch: number, velocity: number) => void} hear */
  constructor(store, hear) {
    this.store = store;
    this.hear = hear;
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether the key meant something */
  press(event) {
    const { piece } = this.store.state;
    if (!piece) return false;
    const command = event.ctrlKey || event.metaKey;
    const action = command ? this.#command(event.key.toLowerCase(), piece) : this.#plain(event, piece);
    if (!action) return false;
    event.preventDefault();
    event.stopPropagation();
    action();
    return true;
  }

  /** @param {string} key @param {Piece} piece @returns {(() => void)|undefined} */
  #command(key, piece) {
    const { selection } = this.store.state;
    const notes = this.store.track?.notes ?? [];
    /** @type {Record<string, () => void>} */
    const actions = {
      a: () => this.store.choose({ selection: new Set(notes) }),
      c: () => void (this.#copied = [...selection]),
      x: () => {
        this.#copied = [...selection];
        this.#change([]);
      },
      v: () => this.#paste(piece, this.#copied, this.cursor.step),
      d: () => this.#paste(piece, [...selection], this.#after()),
    };
    return actions[key];
  }

  /** @param {KeyboardEvent} event @param {Piece} piece @returns {(() => void)|undefined} */
  #plain(event, piece) {
    const { selection } = this.store.state;
    const { grid } = this.store;
    const chosen = selection.size > 0;
    const shift = event.shiftKey;
    const fine = event.altKey ? 1 : grid;
    /** @type {Record<string, () => void>} */
    const actions = {
      ArrowUp: () => (chosen ? this.#move(0, shift ? 12 : 1) : this.#go(0, shift ? 12 : 1)),
      ArrowDown: () => (chosen ? this.#move(0, shift ? -12 : -1) : this.#go(0, shift ? -12 : -1)),
      ArrowLeft: () => this.#sideways(-fine, shift, chosen),
      ArrowRight: () => this.#sideways(fine, shift, chosen),
      Enter: () => this.#insert(piece, grid),
      Delete: () => this.#change([]),
      Backspace: () => this.#change([]),
      Escape: () => this.store.choose({ selection: new Set() }),
      q: () => this.#change(quantised(piece, selection, grid)),
      "[": () => this.#neighbour(-1),
      "]": () => this.#neighbour(1),
      "+": () => this.#change(withVelocity(selection, (velocity) => velocity + 5)),
      "-": () => this.#change(withVelocity(selection, (velocity) => velocity - 5)),
      e: () => this.store.choose({ tool: this.store.state.tool === "draw" ? "select" : "draw" }),
      Home: () => {
        this.cursor = { ...this.cursor, step: 0 };
        this.store.choose({ selection: new Set() });
      },
    };
    return actions[event.key];
  }

  /** Put other notes in place of those chosen. @param {Note[]} notes */
  #change(notes) {
    const { piece, activeTrack, selection } = this.store.state;
    if (!piece || !selection.size) return;
    void this.store.edit(replaceNotes(piece, activeTrack, selection, notes), notes);
    if (notes[0]) this.cursor = { step: notes[0][0], pitch: notes[0][2] };
  }

  /** @param {number} steps @param {number} semitones */
  #move(steps, semitones) {
    const { piece, selection } = this.store.state;
    if (!piece) return;
    const notes = moved(piece, selection, steps, semitones);
    this.#change(notes);
    if (semitones) this.hear(notes[0][2], notes[0][3]);
  }

  /** @param {number} steps @param {boolean} shift @param {boolean} chosen */
  #sideways(steps, shift, chosen) {
    const { piece, selection } = this.store.state;
    if (!chosen || !piece) this.#go(steps, 0);
    else if (shift) this.#change(resized(piece, selection, steps, Math.abs(steps)));
    else this.#move(steps, 0);
  }

  /** @param {number} steps @param {number} semitones */
  #go(steps, semitones) {
    const { piece } = this.store.state;
    if (!piece) return;
    this.cursor = {
      step: clamp(this.cursor.step + steps, 0, endOf(piece) - 1),
      pitch: clamp(this.cursor.pitch + semitones, 0, 127),
    };
    if (semitones) this.hear(this.cursor.pitch, 80);
    this.store.choose({ selection: new Set() });
  }

  /** @param {Piece} piece @param {number} grid */
  #insert(piece, grid) {
    const { step, pitch } = this.cursor;
    /** @type {Note} */
    const note = [step, Math.min(grid, endOf(piece) - step), pitch, 90];
    this.hear(pitch, 90);
    void this.store.edit(replaceNotes(piece, this.store.state.activeTrack, new Set(), [note]), [note]);
  }

  /** @param {Piece} piece @param {Note[]} notes @param {number} step */
  #paste(piece, notes, step) {
    if (!notes.length) return;
    const copies = pasted(piece, notes, step);
    void this.store.edit(replaceNotes(piece, this.store.state.activeTrack, new Set(), copies), copies);
  }

  /** The step at which the chosen notes end. */
  #after() {
    return Math.max(0, ...[...this.store.state.selection].map((note) => note[0] + note[1]));
  }

  /** Choose the next or the last note. @param {1|-1} way */
  #neighbour(way) {
    const { selection } = this.store.state;
    const notes = this.store.track?.notes ?? [];
    if (!notes.length) return;
    const here = notes.findIndex((note) => selection.has(note));
    const from = here >= 0 ? here + way : notes.findIndex((note) => note[0] >= this.cursor.step);
    const note = notes[clamp(from, 0, notes.length - 1)];
    this.cursor = { step: note[0], pitch: note[2] };
    this.store.choose({ selection: new Set([note]) });
    this.hear(note[2], note[3]);
  }
}
