/**
 * A field for the mood: to the right happier (valence), upwards livelier (arousal). By pointer in
 * the field or by the two sliders under it; open until it is touched.
 */
import { h } from "../dom.js";
import { t } from "../i18n/index.js";
import { clamp } from "../music/edits.js";

export class MoodPad extends HTMLElement {
  /** @type {{valence: number, arousal: number}|null} */
  value = null;
  /** @type {{valence: HTMLInputElement, arousal: HTMLInputElement}} */
  sliders;

  connectedCallback() {
    if (this.field) return;
    this.knob = h("span", { class: "knob" });
    this.field = h(
      "div",
      { class: "mood-field", "aria-hidden": "true" },
      ["lively", "sad", "happy", "calm"].map((side) =>
        h("span", { class: `side ${side}` }, t(`mood.${side}`)),
      ),
      this.knob,
    );
    const slider = (/** @type {"valence"|"arousal"} */ name) =>
      h("input", {
        type: "range",
        min: "-1",
        max: "1",
        step: "0.05",
        value: "0",
        "aria-label": t(`mood.${name}`),
        oninput: (/** @type {Event} */ event) =>
          this.#set({
            ...(this.value ?? { valence: 0, arousal: 0 }),
            [name]: Number(/** @type {HTMLInputElement} */ (event.target).value),
          }),
      });
    this.sliders = { valence: slider("valence"), arousal: slider("arousal") };
    this.clear = h(
      "button",
      { type: "button", class: "quiet small", onclick: () => this.#set(null) },
      t("mood.clear"),
    );
    this.state = h("span", { class: "hint" });
    this.append(
      this.field,
      h("label", { class: "mood-slider" }, h("span", {}, t("mood.valence")), this.sliders.valence),
      h("label", { class: "mood-slider" }, h("span", {}, t("mood.arousal")), this.sliders.arousal),
      h("div", { class: "row" }, this.state, this.clear),
    );
    const follow = (/** @type {PointerEvent} */ event) => {
      if (event.type === "pointermove" && !event.buttons) return;
      const box = this.field.getBoundingClientRect();
      const share = (/** @type {number} */ value) => Math.round(20 * clamp(2 * value - 1, -1, 1)) / 20;
      this.#set({
        valence: share((event.clientX - box.left) / box.width),
        arousal: -share((event.clientY - box.top) / box.height),
      });
    };
    this.field.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      this.field.setPointerCapture(event.pointerId);
      follow(event);
    });
    this.field.addEventListener("pointermove", follow);
    this.#set(null);
  }

  /** @param {{valence: number, arousal: number}|null} value */
  #set(value) {
    this.value = value;
    const { valence, arousal } = value ?? { valence: 0, arousal: 0 };
    this.knob.style.left = `${(valence + 1) * 50}%`;
    this.knob.style.top = `${(1 - arousal) * 50}%`;
    this.sliders.valence.value = String(valence);
    this.sliders.arousal.value = String(arousal);
    this.classList.toggle("open", value === null);
    this.clear.hidden = value === null;
    this.state.textContent = value ? t("mood.is", { valence, arousal }) : t("mood.open");
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
customElements.define("mood-pad", MoodPad);
