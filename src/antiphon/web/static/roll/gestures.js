/**
 * What a pointer does in the roll: mark, move, lengthen, draw and delete notes, or mark the seen.
 *
 * A gesture shows its result as a draft; the store hears of it once, when the pointer is let go.
 *
 * @import {Note, Piece} from "../types.js"
 * @import {Store} from "../store.js"
 * @import {Viewport} from "./viewport.js"
 */
import { moved, replaceNotes, resized } from "../music/edits.js";
import { barStarts } from "../music/time.js";
import { hit, inBox, snapped } from "./geometry.js";

const FAR = 4; // pixels from which on a press is a drag

/**
 * @typedef {object} Gesture
 * @property {"move"|"end"|"frame"|"pan"} kind
 * @property {number} x
 * @property {number} y
 * @property {Set<Note>} notes  as they were when it began
 * @property {Piece} piece
 * @property {boolean} dragged
 * @property {boolean} [drawn]  the note was made by this press
 * @property {number} left
 * @property {number} top
 */

export class Gestures {
  /** @type {Gesture|null} */
  #gesture = null;
  /** @type {{piece: Piece, selection: Set<Note>}|null} what would be if the pointer were let go now */
  draft = null;
  /** @type {{x0: number, y0: number, x1: number, y1: number}|null} */
  frame = null;

  /**
   * @param {Store} store
   * @param {Viewport} viewport
   * @param {{redraw: () => void, hear: (pitch: number, velocity: number) => void}} hooks
   */
  constructor(store, viewport, hooks) {
    this.store = store;
    this.viewport = viewport;
    this.hooks = hooks;
  }

  /** The notes that are edited. @returns {Note[]} */
  #notes() {
    return this.store.track?.notes ?? [];
  }

  /** @param {PointerEvent} event @param {number} x @param {number} y */
  down(event, x, y) {
    const { piece, tool, selection } = this.store.state;
    if (!piece || event.button > 1) return;
    const begin = (/** @type {Gesture["kind"]} */ kind, notes = selection, more = {}) => {
      const { left, top } = this.viewport.view;
      this.#gesture = { kind, x, y, notes, piece, dragged: false, left, top, ...more };
    };
    if (event.button === 1) return begin("pan");
    const caught = this.#caught(x, y);
    if (!caught && tool === "select" && event.pointerType === "touch") return begin("pan");
    if (!caught && tool === "draw") return this.#draw(x, y, begin);
    if (!caught) return begin("frame", event.shiftKey ? selection : new Set());
    this.hooks.hear(caught.note[2], caught.note[3]);
    if (event.shiftKey || event.ctrlKey || event.metaKey) {
      const next = new Set(selection);
      if (!next.delete(caught.note)) next.add(caught.note);
      return this.store.choose({ selection: next });
    }
    const notes = selection.has(caught.note) ? selection : new Set([caught.note]);
    if (notes !== selection) this.store.choose({ selection: notes });
    begin(caught.grip === "end" ? "end" : "move", notes);
  }

  /** The note under a point; one of another track brings its track in hand. @param {number} x @param {number} y */
  #caught(x, y) {
    const { piece, activeTrack, tool } = this.store.state;
    const here = hit(this.viewport.view, this.#notes(), x, y);
    if (here || !piece || tool === "draw") return here;
    for (const track of piece.tracks) {
      if (track.id === activeTrack) continue;
      const found = hit(this.viewport.view, track.notes, x, y);
      if (!found) continue;
      this.store.choose({ activeTrack: track.id, selection: new Set() });
      return found;
    }
    return null;
  }

  /** @param {number} x @param {number} y @param {(kind: "end", notes: Set<Note>, more: object) => void} begin */
  #draw(x, y, begin) {
    const { piece, activeTrack } = this.store.state;
    const { grid } = this.store;
    if (!piece) return;
    const view = this.viewport.view;
    const onset = snapped(barStarts(piece), view.step(x), grid);
    if (onset < 0 || onset >= view.length) return;
    /** @type {Note} */
    const note = [onset, Math.min(grid, view.length - onset), view.pitch(y), 90];
    this.hooks.hear(note[2], note[3]);
    this.draft = { piece: replaceNotes(piece, activeTrack, new Set(), [note]), selection: new Set([note]) };
    begin("end", new Set([note]), { piece: this.draft.piece, drawn: true, x: view.x(onset + note[1]) });
    this.hooks.redraw();
  }

  /** @param {PointerEvent} event @param {number} x @param {number} y */
  move(event, x, y) {
    const gesture = this.#gesture;
    if (!gesture) return;
    gesture.dragged ||= Math.hypot(x - gesture.x, y - gesture.y) > FAR;
    if (!gesture.dragged) return;
    const { view } = this.viewport;
    if (gesture.kind === "pan") {
      this.viewport.show(
        view.with({
          left: gesture.left - (x - gesture.x) / view.perStep,
          top: gesture.top + (y - gesture.y) / view.row,
        }),
      );
    } else if (gesture.kind === "frame") {
      this.frame = { x0: gesture.x, y0: gesture.y, x1: x, y1: y };
      const found = inBox(view, this.#notes(), this.frame);
      this.store.choose({ selection: new Set([...gesture.notes, ...found]) });
    } else {
      this.#change(gesture, event, x, y);
    }
    this.hooks.redraw();
  }

  /** @param {Gesture} gesture @param {PointerEvent} event @param {number} x @param {number} y */
  #change(gesture, event, x, y) {
    const { view } = this.viewport;
    const { activeTrack } = this.store.state;
    const { grid } = this.store;
    const fine = event.altKey ? 1 : grid;
    const steps = Math.round((x - gesture.x) / view.perStep / fine) * fine;
    const before = this.draft?.selection;
    const notes =
      gesture.kind === "end"
        ? resized(gesture.piece, gesture.notes, steps, fine)
        : moved(gesture.piece, gesture.notes, steps, view.pitch(y) - view.pitch(gesture.y));
    const piece = replaceNotes(gesture.piece, activeTrack, gesture.notes, notes);
    this.draft = { piece, selection: new Set(notes) };
    const heard = before ? [...before][0]?.[2] : undefined;
    if (gesture.kind === "move" && notes[0] && notes[0][2] !== heard)
      this.hooks.hear(notes[0][2], notes[0][3]);
  }

  up() {
    const gesture = this.#gesture;
    this.#gesture = null;
    this.frame = null;
    if (gesture && this.draft && (gesture.dragged || gesture.drawn)) {
      void this.store.edit(this.draft.piece, this.draft.selection);
    } else if (gesture?.kind === "frame" && !gesture.dragged) {
      this.store.choose({ selection: new Set() });
    }
    this.draft = null;
    this.hooks.redraw();
  }

  /** Two presses: a note goes, or comes where there is none. @param {number} x @param {number} y */
  twice(x, y) {
    const { piece, activeTrack, tool } = this.store.state;
    if (!piece) return;
    const caught = hit(this.viewport.view, this.#notes(), x, y);
    if (caught) {
      void this.store.edit(replaceNotes(piece, activeTrack, new Set([caught.note]), []));
    } else if (tool === "select") {
      this.#draw(x, y, () => {});
      if (this.draft) void this.store.edit(this.draft.piece, this.draft.selection);
      this.draft = null;
    }
  }

  /** What the pointer would do here. @param {number} x @param {number} y */
  cursor(x, y) {
    if (this.#gesture?.kind === "pan") return "grabbing";
    const caught = hit(this.viewport.view, this.#notes(), x, y);
    if (caught) return caught.grip === "end" ? "ew-resize" : "grab";
    return this.store.state.tool === "draw" ? "crosshair" : "default";
  }
}
