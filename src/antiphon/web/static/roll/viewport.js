/**
 * The view that ruler, lanes and roll share, so that they scroll and zoom as one.
 * @import {Piece} from "../types.js"
 */
import { endOf } from "../music/edits.js";
import { View } from "./geometry.js";

const LEAST_BAR = 44; // pixels, so that a long piece is not a smear at first sight

export class Viewport extends EventTarget {
  view = new View();
  /** @type {View|null} as it was shown before anybody touched it */
  #first = null;

  /** @param {View} view */
  show(view) {
    this.view = view;
    this.dispatchEvent(new Event("change"));
  }

  /** Follow a piece's length; show the beginning of a piece that was not seen before. @param {Piece} piece @param {boolean} anew */
  hold(piece, anew) {
    const { left, perStep, resolution } = this.view;
    const finer = piece.resolution / resolution;
    const view = this.view.with({
      length: endOf(piece),
      resolution: piece.resolution,
      left: left * finer,
      perStep: perStep / finer,
    });
    if (anew) this.show((this.#first = view.fitted(piece, LEAST_BAR)));
    else this.show(view);
  }

  /** The roll tells how large it is. @param {number} width @param {number} height @param {Piece|null} piece */
  resize(width, height, piece) {
    const fresh = this.view === this.#first;
    const view = this.view.with({ width, height });
    this.show(piece && fresh ? view.fitted(piece, LEAST_BAR) : view);
    if (fresh) this.#first = this.view;
  }

  /** Turn the page when the play position leaves it. @param {number} step */
  follow(step) {
    const { left, right } = this.view;
    if (step < left || step >= right) this.show(this.view.with({ left: step }));
  }
}
