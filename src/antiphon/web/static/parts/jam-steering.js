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
  /** @type {Field[]} heard from the next beat or bar on */
  #wishes = [];
  /** @type {Field[]} how the musician plays along */
  #seat = [];
  /** @type {Field[]} heard in another session */
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
    this.#wishes = [mood(), number(tempo), words("chords"), ...sliders(about.plan)];
    this.#seat = [this.#answer(part.element), part, this.#react()];
    this.#band = [style(this.store), key(about.modes)];
    const wish = () => this.store.choose({ wishes: optionsOf(this.#wishes) });
    const [feeling, ...others] = this.#wishes.map((field) => field.element);
    const steered = h("div", { class: "ask-form", onchange: wish, ondblclick: wish }, feeling, others);
    steered.addEventListener("input", (/** @type {Event} */ { target }) => {
      // a word that is half written is no wish yet
      if (target instanceof HTMLElement && target.matches("mood-pad, [type=range]")) wish();
    });
    const choose = () => this.store.choose({ band: /** @type {Band} */ (optionsOf(this.#band)) });
    const form = (/** @type {Field[]} */ fields, /** @type {() => void} */ onchange) =>
      h(
        "div",
        { class: "ask-form", onchange },
        fields.map((field) => field.element),
      );
    const seat = form(this.#seat, () => this.#sit());
    this.append(h("div", { class: "jam-fields" }, seat, steered, form(this.#band, choose)));
    choose();
    this.#sit();
    wish();
  }

  #sit() {
    const seat = /** @type {Seat} */ (optionsOf(this.#seat));
    const moves = seat.part !== this.state.seat?.part;
    this.store.choose({ seat, ...(moves && { octave: OCTAVES[seat.part ?? "melody"], instrument: null }) });
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

/** @param {Field[]} fields @returns {Record<string, unknown>} */
function optionsOf(fields) {
  return Object.assign({}, ...fields.map((field) => field.options()));
}
customElements.define("jam-steering", JamSteering);
