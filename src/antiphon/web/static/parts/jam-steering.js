/** What is asked of the jam: who plays what, and, while it plays, mood, tempo, chords and sliders. */
import { h, labelled, select } from "../dom.js";
import { named, t } from "../i18n/index.js";
import { key, mood, number, sliders, style, words } from "./ask-fields.js";
import { Part } from "./part.js";

/** @typedef {import("./ask-fields.js").Field} Field */
/** @typedef {import("../types.js").Band} Band */
/** @typedef {import("../types.js").Seat} Seat */

const TRADES = [2, 4, 8]; // bars
/** @type {Record<string, number>} octave that the keys begin with */
const OCTAVES = { melody: 4, chords: 3, bass: 2, drums: 2 };

export class JamSteering extends Part {
  /** @type {Field[]} */
  #wishes = [];
  /** @type {Field[]} */
  #seat = [];
  /** @type {Field[]} */
  #band = [];

  make() {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("jam.steer"));
    this.append(h("h2", {}, t("pane.jam")));
    this.store.on(["about"], ({ about }) => about && !this.#band.length && this.#fill(about));
  }

  /** @param {any} about */
  #fill(about) {
    const tempo = about.plan.find((/** @type {{name: string}} */ { name }) => name === "tempo");
    const part = this.#part(about.roles);
    const [feeling, answer, react] = [mood(), this.#answer(part.element), this.#react()];
    const others = [number(tempo), words("chords"), ...sliders(about.plan)];
    this.#wishes = [feeling, ...others];
    this.#seat = [answer, part, react];
    this.#band = [style(this.store), key(about.modes)];
    const all = [feeling, answer, part, ...this.#band, react, ...others];
    const tell = () => this.#tell();
    const fields = h(
      "div",
      { class: "ask-form", onchange: tell, ondblclick: tell },
      all.map((field) => field.element),
    );
    fields.addEventListener("input", (/** @type {Event} */ { target }) => {
      // a word that is half written is no wish yet
      if (target instanceof HTMLElement && target.matches("mood-pad, [type=range]")) tell();
    });
    this.append(h("div", { class: "jam-fields" }, fields));
    tell();
  }

  #tell() {
    const { band, seat } = this.state;
    const next = {
      wishes: optionsOf(this.#wishes),
      seat: /** @type {Seat} */ (optionsOf(this.#seat)),
      band: /** @type {Band} */ (optionsOf(this.#band)),
    };
    const moves = next.seat.part !== seat?.part;
    const place = moves && { octave: OCTAVES[next.seat.part ?? "melody"], instrument: null };
    this.store.choose({ wishes: next.wishes, ...place });
    // what is told anew without being new would let the musician stand up, or begin another session
    if (isOther(seat, next.seat)) this.store.choose({ seat: next.seat });
    if (isOther(band, next.band)) this.store.choose({ band: next.band });
  }

  /** How it answers; nobody plays along where it plays alone. @param {Element} part @returns {Field} */
  #answer(part) {
    const input = select(
      [
        { value: "accompany", text: t("jam.accompany") },
        ...TRADES.map((n) => ({ value: `trade ${n}`, text: t("jam.trade", { n }) })),
        { value: "none", text: t("jam.none") },
        { value: "alone", text: t("jam.alone") },
      ],
      "accompany",
    );
    return {
      element: labelled(t("jam.answer"), input),
      options: () => {
        const [answer, bars] = input.value.split(" ");
        part.toggleAttribute("hidden", answer === "alone");
        if (answer === "trade") return { answer, trade_bars: Number(bars) };
        return { answer: answer === "alone" ? "none" : answer };
      },
    };
  }

  /** @param {{id: string}[]} roles @returns {Field} */
  #part(roles) {
    const parts = roles.filter(({ id }) => id in OCTAVES);
    const input = select(
      parts.map(({ id }) => ({ value: id, text: named("role", id) })),
      "melody",
    );
    const element = labelled(t("jam.part"), input);
    return { element, options: () => (element.hidden ? {} : { part: input.value }) };
  }

  /** @returns {Field} */
  #react() {
    const input = select(
      ["bar", "beat"].map((value) => ({ value, text: t(`jam.react.${value}`) })),
      "bar",
    );
    return { element: labelled(t("jam.react"), input), options: () => ({ quantise: input.value }) };
  }
}

/** @param {unknown} a @param {unknown} b */
const isOther = (a, b) => JSON.stringify(a) !== JSON.stringify(b);

/** @param {Field[]} fields @returns {Record<string, unknown>} */
function optionsOf(fields) {
  return Object.assign({}, ...fields.map((field) => field.options()));
}
customElements.define("jam-steering", JamSteering);
