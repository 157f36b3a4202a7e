/**
 * The view that ruler, lanes and roll share, so that they scroll and zoom as one.
 * @import {Piece} from "../types.js"
 */
import { endOf } from "../music/edits.js";
import { View } from "./geometry.js";

export class Viewport extends EventTarget {
  view = new View();
  /** @type {Piece|null} */
  #fitted = null;

  /** @param {View} view */
  show(view) {
    this.view = view;
    this.dispatchEvent(new Event("change"));
  }

  /** Follow a piece's length; show all of a piece that was not seen before. @param {Piece} piece @param {boolean} anew */
  hold(piece, anew) {
    const view = this.view.with({ length: endOf(piece) });
    if (anew || !this.#fitted) this.show(view.fitted(piece));
    else this.show(view);
    this.#fitted = piece;
  }

  /** The roll tells how large it is. @param {number} width @param {number} height @param {Piece|null} piece */
  resize(width, height, piece) {
    const whole = this.view.perStep * this.view.length <= this.view.width * 1.05;
    const view = this.view.with({ width, height });
    this.show(piece && whole ? view.fitted(piece) : view);
  }

  /** Turn the page when the play position leaves it. @param {number} step */
  follow(step) {
    const { left, right } = this.view;
    if (step < left || step >= right) this.show(this.view.with({ left: step }));
  }
}
