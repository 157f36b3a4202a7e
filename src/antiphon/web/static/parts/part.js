/**
 * What all parts have in common: they are given the studio once, and then made.
 *
 * @typedef {object} Studio
 * @property {import("../store.js").Store} store
 * @property {import("../player.js").Player} player
 * @property {import("../roll/viewport.js").Viewport} viewport
 * @property {import("../live/jam.js").Jam} jam
 */

export class Part extends HTMLElement {
  /** @type {Studio} */
  studio;

  /** @param {Studio} studio */
  begin(studio) {
    this.studio = studio;
    this.make();
  }

  get store() {
    return this.studio.store;
  }

  get state() {
    return this.studio.store.state;
  }

  /** Fill the element and listen to the store; each part its own. */
  make() {}
}
