/** Bars along the top: press to play from there, drag to mark bars, the small locks keep bars. */
import { t } from "../i18n/index.js";
import { barOf, barStarts } from "../music/time.js";
import { numberedBars } from "../roll/geometry.js";
import { CanvasLane } from "./canvas-lane.js";

const LOCK_HEIGHT = 12; // pixels at the lower edge that lock a bar
const FAR = 5;

export class TimeRuler extends CanvasLane {
  /** @type {{x: number, bar: number, dragged: boolean, lock: boolean}|null} */
  #press = null;

  make() {
    const props = { "aria-label": t("ruler.name"), title: t("ruler.hint") };
    this.lay(t("ruler.bars"), props, ["piece", "loop", "lockedBars"]);
    this.canvas.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => this.#down(event));
    this.canvas.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => this.#move(event));
    this.canvas.addEventListener("pointerup", (/** @type {PointerEvent} */ event) => this.#up(event));
  }

  /** @param {PointerEvent} event */
  #at(event) {
    const { left, top, height } = this.canvas.getBoundingClientRect();
    const piece = this.state.piece;
    const starts = piece ? barStarts(piece) : [0, 1];
    const step = this.studio.viewport.view.step(event.clientX - left);
    return {
      x: event.clientX - left,
      step,
      bar: barOf(starts, step),
      starts,
      lock: event.clientY - top > height - LOCK_HEIGHT,
    };
  }

  /** @param {PointerEvent} event */
  #down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    const { x, bar, lock } = this.#at(event);
    this.#press = { x, bar, lock, dragged: false };
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const at = this.#at(event);
    this.canvas.style.cursor = at.lock ? "pointer" : "text";
    if (!this.#press || this.#press.lock) return;
    this.#press.dragged ||= Math.abs(at.x - this.#press.x) > FAR;
    if (!this.#press.dragged) return;
    const [first, last] = [Math.min(at.bar, this.#press.bar), Math.max(at.bar, this.#press.bar)];
    this.store.choose({ loop: { start: at.starts[first], end: at.starts[last + 1] } });
  }

  /** @param {PointerEvent} event */
  #up(event) {
    const press = this.#press;
    this.#press = null;
    if (!press || press.dragged) return;
    const { step, bar } = this.#at(event);
    if (press.lock) return this.store.toggleBarLock(bar);
    const { loop } = this.state;
    if (loop && (step < loop.start || step >= loop.end)) this.store.choose({ loop: null });
    this.studio.player.seek(Math.max(step, 0));
  }

  /**
   * @param {CanvasRenderingContext2D} context @param {import("../roll/colours.js").Colours} palette
   * @param {import("../types.js").Piece} piece @param {number} height
   */
  draw(context, palette, piece, height) {
    const { loop, lockedBars } = this.state;
    const { view } = this.studio.viewport;
    const starts = barStarts(piece);
    if (loop) {
      context.fillStyle = palette.accent;
      context.globalAlpha = 0.25;
      context.fillRect(view.x(loop.start), 0, (loop.end - loop.start) * view.perStep, height - LOCK_HEIGHT);
      context.globalAlpha = 1;
    }
    context.font = `${palette.text}px ${palette.font}`;
    context.textBaseline = "middle";
    for (const bar of numberedBars(starts, view)) {
      context.fillStyle = palette.bar;
      context.fillRect(Math.round(view.x(starts[bar])), 0, 1, height);
      context.fillStyle = palette.faint;
      context.fillText(String(bar + 1), view.x(starts[bar]) + 4, (height - LOCK_HEIGHT) / 2 + 1);
    }
    for (let bar = barOf(starts, view.left); bar < piece.n_bars && starts[bar] < view.right; bar++) {
      const [x, width] = [view.x(starts[bar]), (starts[bar + 1] - starts[bar]) * view.perStep];
      context.fillStyle = lockedBars.has(bar) ? palette.ink : palette.line;
      context.fillRect(x + 1, height - LOCK_HEIGHT + 3, Math.max(width - 2, 1), LOCK_HEIGHT - 6);
    }
  }
}
customElements.define("time-ruler", TimeRuler);
