/** The piano roll: all tracks on one canvas, the track in hand to be edited. */
import { context2d, h } from "../dom.js";
import { named, t } from "../i18n/index.js";
import { pitchName } from "../music/names.js";
import { placeOf } from "../music/time.js";
import { colours, onTheme } from "../roll/colours.js";
import { Gestures } from "../roll/gestures.js";
import { Keys } from "../roll/keys.js";
import { paintCursor, paintGround, paintKeys, paintNotes, paintPosition } from "../roll/paint.js";
import { Part } from "./part.js";

export class PianoRoll extends Part {
  #stale = true;
  #moving = true;
  /** @type {import("../types.js").Piece|null} */
  #seen = null;
  #project = "";
  /** @type {Gestures} */
  hands;
  /** @type {Keys} */
  typing;

  make() {
    this.keys = h("canvas", { class: "roll-keys", "aria-hidden": "true" });
    this.ground = h("canvas", { "aria-hidden": "true" });
    this.above = h("canvas", {
      class: "roll-above",
      tabindex: "0",
      role: "application",
      "aria-label": t("roll.name"),
      "aria-describedby": "roll-help",
    });
    this.said = h("p", { class: "said", role: "status", "aria-live": "polite" });
    const help = h("p", { id: "roll-help", class: "said" }, t("roll.keys"));
    this.append(this.keys, h("div", { class: "roll-area" }, this.ground, this.above), this.said, help);

    const { player, viewport, store } = this.studio;
    const hear = (/** @type {number} */ pitch, /** @type {number} */ velocity) =>
      player.preview(this.state.activeTrack, pitch, velocity);
    this.hands = new Gestures(store, viewport, { redraw: () => this.#redraw(), hear });
    this.typing = new Keys(store, hear);
    this.#listen();
    viewport.addEventListener("change", () => this.#redraw());
    store.on(["activeTrack"], () => this.#reveal());
    store.on(["piece", "activeTrack", "selection", "loop", "division", "lockedBars", "mixer"], () =>
      this.#changed(),
    );
    new ResizeObserver(() => this.#resized()).observe(this.above);
    requestAnimationFrame(() => this.#frame());
  }

  #listen() {
    this.keys.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      const pitch = this.studio.viewport.view.pitch(event.offsetY);
      this.studio.player.preview(this.state.activeTrack, pitch, 90);
    });
    const above = this.above;
    const at = (/** @type {MouseEvent} */ event) => {
      const { left, top } = above.getBoundingClientRect();
      return /** @type {[number, number]} */ ([event.clientX - left, event.clientY - top]);
    };
    above.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      above.setPointerCapture(event.pointerId);
      above.focus({ preventScroll: true });
      this.hands.down(event, ...at(event));
    });
    above.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      this.hands.move(event, ...at(event));
      above.style.cursor = this.hands.cursor(...at(event));
    });
    above.addEventListener("pointerup", () => this.hands.up());
    above.addEventListener("pointercancel", () => this.hands.up());
    above.addEventListener("dblclick", (/** @type {MouseEvent} */ event) => this.hands.twice(...at(event)));
    above.addEventListener("wheel", (/** @type {WheelEvent} */ event) => this.#wheel(event, ...at(event)), {
      passive: false,
    });
    above.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (this.typing.press(event)) this.#told();
      this.#redraw();
    });
    above.addEventListener("focus", () => this.#redraw());
    above.addEventListener("blur", () => this.#redraw());
    onTheme(() => this.#redraw());
  }

  /** @param {WheelEvent} event @param {number} x @param {number} y */
  #wheel(event, x, y) {
    event.preventDefault();
    const { viewport } = this.studio;
    const view = viewport.view;
    const far = event.deltaMode === 1 ? 30 : 1;
    const factor = Math.exp(-event.deltaY * far * 0.002);
    if (event.ctrlKey || event.metaKey) {
      viewport.show(event.altKey ? view.zoomedRows(factor, y) : view.zoomed(factor, x));
    } else {
      const [dx, dy] = event.shiftKey ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
      viewport.show(
        view.with({
          left: view.left + (dx * far) / view.perStep,
          top: view.top - (dy * far) / view.row,
        }),
      );
    }
  }

  #changed() {
    const { piece, project } = this.state;
    if (piece && piece !== this.#seen) {
      const anew = project?.id !== this.#project;
      this.#project = project?.id ?? "";
      this.studio.viewport.hold(piece, anew);
    }
    this.#seen = piece;
    this.#redraw();
  }

  #resized() {
    const { clientWidth: width, clientHeight: height } = this.above;
    if (width && height) this.studio.viewport.resize(width, height, this.state.piece);
  }

  #redraw() {
    this.#stale = true;
  }

  #frame() {
    requestAnimationFrame(() => this.#frame());
    const { viewport, player } = this.studio;
    const piece = this.hands.draft?.piece ?? this.state.piece;
    if (!piece || !this.above.clientWidth) return;
    const step = player.position();
    if (this.state.playing) viewport.follow(step);
    const palette = colours();
    if (this.#stale) this.#paint(palette, piece);
    if (this.#stale || this.state.playing || this.#moving) this.#paintAbove(palette, piece, step);
    this.#moving = this.state.playing;
    this.#stale = false;
  }

  /** What is in hand is seen. */
  #reveal() {
    const { view } = this.studio.viewport;
    const there = view.revealing(this.store.track?.notes ?? []);
    if (there !== view) this.studio.viewport.show(there);
  }

  /** @param {import("../roll/colours.js").Colours} palette @param {import("../types.js").Piece} piece */
  #paint(palette, piece) {
    const { view } = this.studio.viewport;
    const ground = context2d(this.ground);
    paintGround(ground, palette, view, piece, { ...this.state, grid: this.store.grid });
    const selection = this.hands.draft?.selection ?? this.state.selection;
    const hidden = new Set(
      Object.entries(this.state.mixer)
        .filter(([, s]) => s.mute)
        .map(([id]) => id),
    );
    hidden.delete(this.state.activeTrack);
    paintNotes(ground, palette, view, piece, { activeTrack: this.state.activeTrack, selection, hidden });
    const drums = this.store.track?.is_drum;
    const name = (/** @type {number} */ pitch) =>
      drums ? named("drum", String(pitch), "") : pitch % 12 === 0 ? pitchName(pitch) : "";
    paintKeys(context2d(this.keys), palette, view, this.keys.clientWidth, name, drums);
  }

  /** @param {import("../roll/colours.js").Colours} palette @param {import("../types.js").Piece} piece @param {number} step */
  #paintAbove(palette, piece, step) {
    const above = context2d(this.above);
    const { view } = this.studio.viewport;
    const focused = document.activeElement === this.above;
    const cursor =
      focused && !this.state.selection.size ? { ...this.typing.cursor, grid: this.store.grid } : null;
    paintPosition(above, palette, view, piece, step, this.state.playing);
    paintCursor(above, palette, view, cursor, this.hands.frame);
  }

  /** Say what is chosen, for those who do not see it, and keep it in sight. */
  #told() {
    const { piece, selection } = this.state;
    if (!piece) return;
    const [note] = selection;
    const { step, pitch } = note ? { step: note[0], pitch: note[2] } : this.typing.cursor;
    const where = { note: pitchName(pitch), ...placeOf(piece, step) };
    this.said.textContent =
      selection.size > 1
        ? t("roll.chosen", { count: selection.size, ...where })
        : note
          ? t("roll.note", { ...where, velocity: note[3] })
          : t("roll.cursor", where);
    const { view } = this.studio.viewport;
    const left = step < view.left || step >= view.right ? step - view.width / view.perStep / 4 : view.left;
    const rows = view.height / view.row;
    const top = pitch >= view.top || pitch < view.top - rows ? pitch + rows / 2 : view.top;
    if (left !== view.left || top !== view.top) this.studio.viewport.show(view.with({ left, top }));
  }
}
customElements.define("piano-roll", PianoRoll);
