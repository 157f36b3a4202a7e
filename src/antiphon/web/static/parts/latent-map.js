/**
 * A map to wander in: every point is music, between pieces of a style and the take in hand. Press,
 * drag or go by arrow keys, and what is there is heard; nothing is kept until it is asked for.
 * @import {Piece} from "../types.js"
 * @import {Place, StyleMap} from "../music/map.js"
 */
import { h, iconButton } from "../dom.js";
import { t } from "../i18n/index.js";
import { clamp } from "../music/edits.js";
import { stepped, takeAt, valueAt } from "../music/map.js";
import { pitchName } from "../music/names.js";
import { paintMap } from "../roll/map-paint.js";
import { onTheme } from "../roll/colours.js";
import { Part } from "./part.js";

const MEASURES = ["density", "register", "minor"];
const STEP = 0.05;
const REACH_PX = 12; // within which a take's dot is met
const STEPS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };

export class LatentMap extends Part {
  /** @type {StyleMap|null} */
  #map = null;
  #style = "";
  #of = ""; // the take that shapes it, and the style
  #seed = 0;
  #shown = MEASURES[0];
  /** @type {Place|null} */
  #place = null;
  /** @type {Place[]} places that were heard, in order */
  #path = [];
  #fetching = false;
  #wanted = false; // another place, while one is fetched
  /** @type {HTMLElement[]} */
  sides;
  /** @type {HTMLElement[]} */
  colours;

  make() {
    this.canvas = h("canvas", {
      tabindex: "0",
      role: "application",
      "aria-label": t("map.name"),
      "aria-describedby": "map-keys",
      onpointerdown: (/** @type {PointerEvent} */ event) => this.#press(event),
      onpointermove: (/** @type {PointerEvent} */ event) => event.buttons && this.#go(this.#under(event)),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#turn(event),
    });
    this.sides = ["left", "right", "top", "bottom"].map((side) => h("span", { class: `side ${side}` }));
    this.told = h("p", { class: "hint map-state", role: "status" });
    this.wait = h("p", { class: "map-wait", "aria-hidden": "true" }); // as long as there is nothing to see
    this.colours = MEASURES.map((name) =>
      h("button", { type: "button", class: "quiet", onclick: () => this.#colour(name) }, t(`map.${name}`)),
    );
    this.stop = iconButton("pause", t("map.stop"), () => this.studio.player.endAudition());
    this.append(
      h("div", { class: "map-field" }, this.canvas, this.sides, this.wait),
      h("p", { class: "said", id: "map-keys" }, t("map.keys")),
      h("span", { class: "group switch", role: "group", "aria-label": t("map.colours") }, this.colours),
      h(
        "div",
        { class: "row" },
        this.told,
        this.stop,
        iconButton("dice", t("map.again"), () => this.#tellAgain()),
      ),
    );
    this.#colour(this.#shown);
    this.stop.hidden = true;
    document.addEventListener("antiphon-audition", (event) => {
      this.stop.hidden = !(/** @type {CustomEvent} */ (event).detail);
    });
    this.store.on(["take"], () => void this.#look());
    onTheme(() => this.#paint());
    new ResizeObserver(() => {
      void this.#look(); // it has come to be seen
      this.#paint();
    }).observe(this.canvas);
  }

  disconnectedCallback() {
    this.studio.player.endAudition();
  }

  /** What is to be kept; null before anything was heard. @returns {Record<string, unknown>|null} */
  get value() {
    return this.#place && { ...this.#place, style: this.#style, seed: this.#seed };
  }

  /** Have the map of a style. @param {string} style */
  show(style) {
    this.#style = style;
    void this.#look();
  }

  /** Fetch the map where it is seen and is another one than before. */
  async #look() {
    const { take } = this.store.state;
    const wanted = `${take?.id} ${this.#style}`;
    if (!take || !this.#style || !this.canvas.clientWidth || wanted === this.#of) return;
    this.#of = wanted;
    this.#map = null;
    this.#path = [];
    this.#say(t("map.drawing"));
    const map = await this.store.attempt(() => this.store.api.map(take.id, this.#style));
    if (wanted !== this.#of) return; // another one is on its way
    this.#map = map ?? null;
    if (map) {
      const [across, up] = map.axes;
      const names = [`${across}.low`, `${across}.high`, `${up}.high`, `${up}.low`];
      this.sides.forEach((side, index) => (side.textContent = t(`map.${names[index]}`)));
    } else this.#of = "";
    this.#say(map ? t("map.hint") : t("map.none"));
    this.#paint();
  }

  /** @param {string} measure */
  #colour(measure) {
    this.#shown = measure;
    this.colours.forEach((button, index) =>
      button.setAttribute("aria-pressed", String(MEASURES[index] === measure)),
    );
    this.#paint();
  }

  /** @param {PointerEvent} event @returns {Place} */
  #under(event) {
    const box = this.canvas.getBoundingClientRect();
    return {
      x: clamp((event.clientX - box.left) / box.width, 0, 1),
      y: 1 - clamp((event.clientY - box.top) / box.height, 0, 1),
    };
  }

  /** @param {PointerEvent} event */
  #press(event) {
    this.canvas.setPointerCapture(event.pointerId);
    const place = this.#under(event);
    const met = this.#map && takeAt(this.#map, place, REACH_PX / this.canvas.clientWidth);
    if (!met) return this.#go(place);
    if (met.id !== this.store.state.take?.id) return void this.store.openTake(met.id);
    this.#go({ x: met.place[0], y: met.place[1] });
  }

  /** @param {KeyboardEvent} event */
  #turn(event) {
    const step = STEPS[/** @type {keyof typeof STEPS} */ (event.key)];
    const here = this.#place ?? { x: 0.5, y: 0.5 };
    if (step) this.#go(stepped(here, step[0], step[1]));
    else if (event.key === "Enter") this.#go(here);
    else if (event.key === "Escape") this.studio.player.endAudition();
    else return;
    event.preventDefault();
  }

  /** The same place, told in another way. */
  #tellAgain() {
    this.#seed = Math.floor(Math.random() * 1e6);
    this.#go(this.#place ?? { x: 0.5, y: 0.5 });
  }

  /** @param {Place} place */
  #go(place) {
    if (!this.#map) return;
    this.#place = place;
    this.#paint();
    this.#wanted = true;
    if (!this.#fetching) void this.#hear();
  }

  /** Hear where we are; of places that came up meanwhile only the last. */
  async #hear() {
    const { take } = this.store.state;
    this.#fetching = true;
    while (this.#wanted && this.#place && take) {
      this.#wanted = false;
      const place = this.#place;
      this.#say(t("map.writing"));
      const here = { ...place, style: this.#style, seed: this.#seed };
      const heard = await this.store.attempt(() => this.store.api.mapPiece(take.id, here));
      if (!heard) break;
      this.#path.push(place);
      const isHeard = await this.studio.player.audition(heard.piece);
      this.#say(isHeard ? this.#words(place) : t("map.silent"));
      this.#paint();
    }
    this.#fetching = false;
  }

  /** @param {Place} place @returns {string} what there is, in words */
  #words(place) {
    if (!this.#map) return "";
    const [density, register, minor] = MEASURES.map((name) =>
      valueAt(this.#map?.field[name] ?? [[0]], place),
    );
    return t("map.here", {
      notes: Math.round(density),
      pitch: pitchName(Math.round(register)),
      mode: t(minor > 0.5 ? "mode.minor" : "mode.major"),
    });
  }

  /** @param {string} text */
  #say(text) {
    this.told.textContent = text;
    this.wait.textContent = this.#map ? "" : text;
  }

  #paint() {
    if (!this.canvas.clientWidth) return;
    const inHand = this.store.state.take?.id ?? "";
    const numbers = Object.fromEntries(
      (this.store.state.project?.takes ?? []).map(({ id }, index) => [id, index + 1]),
    );
    const view = { measure: this.#shown, place: this.#place, path: this.#path, inHand, numbers };
    paintMap(this.canvas, this.#map, view);
  }
}
customElements.define("latent-map", LatentMap);
