/**
 * A lane above or below the roll that is drawn, not made of elements.
 * @import {Colours} from "../roll/colours.js"
 * @import {State} from "../state.js"
 * @import {Piece} from "../types.js"
 */
import { context2d, h } from "../dom.js";
import { colours, onTheme } from "../roll/colours.js";
import { Part } from "./part.js";

export class CanvasLane extends Part {
  /**
   * Lay out the name and the canvas, and draw anew whenever what is seen changes.
   * @param {string} name
   * @param {Record<string, any>} props of the canvas
   * @param {(keyof State)[]} keys of what is drawn
   */
  lay(name, props, keys) {
    this.canvas = h("canvas", { role: "img", ...props });
    this.append(h("span", { class: "lane-name" }, name), this.canvas);
    const paint = () => this.paint();
    this.store.on(keys, paint);
    this.studio.viewport.addEventListener("change", paint);
    onTheme(paint);
    new ResizeObserver(paint).observe(this.canvas);
  }

  paint() {
    const { piece } = this.state;
    if (piece && this.canvas.clientWidth)
      this.draw(context2d(this.canvas), colours(), piece, this.canvas.clientHeight);
  }

  /**
   * Each lane its own.
   * @param {CanvasRenderingContext2D} _context @param {Colours} _palette @param {Piece} _piece @param {number} _height
   */
  draw(_context, _palette, _piece, _height) {}
}
