/** The moving picture of the jam. */
import { context2d, h } from "../dom.js";
import { named, t } from "../i18n/index.js";
import { colourOf, colourOfMusician, countIn, paintJam } from "../live/paint.js";
import { colours, trackClass } from "../roll/colours.js";
import { Part } from "./part.js";

export class JamPicture extends Part {
  #legend = "";
  #isDrawn = false;
  /** @type {MediaQueryList} */
  still;

  make() {
    this.canvas = h("canvas", { role: "img", "aria-label": t("jam.picture") });
    this.count = h("span", { class: "count-in", "aria-hidden": "true" });
    this.legend = h("ul", { class: "legend" });
    this.hint = h("p", { class: "jam-hint" }, t("jam.about"));
    this.append(this.canvas, this.hint, this.count, this.legend);
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.store.on(["jam", "seat", "live"], () => this.#name());
    requestAnimationFrame(() => this.#frame());
  }

  /** Who has which colour. */
  #name() {
    const { jam } = this.studio;
    this.hint.hidden = this.state.jam !== "off" || jam.bars.length > 0;
    const roles = new Set(jam.bars.at(-1)?.tracks.map(({ role }) => role));
    const legend = [...roles].map((role) => ({ colour: colourOf(role), name: named("role", role) }));
    if (this.state.seat?.part) legend.push({ colour: colourOfMusician, name: t("jam.you") });
    const shape = JSON.stringify(legend);
    if (shape === this.#legend) return;
    this.#legend = shape;
    this.legend.replaceChildren(
      ...legend.map(({ colour, name }) =>
        h("li", { class: `active ${trackClass(colour)}` }, h("span", { class: "dot" }), name),
      ),
    );
  }

  #frame() {
    requestAnimationFrame(() => this.#frame());
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const { jam } = this.studio;
    const isPlaying = this.state.jam === "playing";
    const isMoving = isPlaying || jam.musician.hands.pressed.size > 0;
    if (!width || (!isMoving && this.#isDrawn)) return;
    this.#isDrawn = !isMoving;
    const now = jam.musician.heardAt();
    const scene = { bars: jam.bars, hands: jam.musician.hands.notes, now, isStill: this.still.matches };
    paintJam(context2d(this.canvas), colours(), { ...scene, width, height });
    const coming = isPlaying ? countIn(scene.bars, now, this.state.seat?.trade_bars ?? Infinity) : null;
    const text = coming ? t(`jam.count.${coming.turn}`, { n: coming.beats }) : "";
    if (this.count.textContent !== text) this.count.textContent = text;
  }
}
customElements.define("jam-picture", JamPicture);
