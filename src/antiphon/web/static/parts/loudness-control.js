/** How loud everything is, to set and to see. */
import { h, icon } from "../dom.js";
import { t } from "../i18n/index.js";
import { Part } from "./part.js";

export class LoudnessControl extends Part {
  make() {
    const { store } = this.studio;
    this.className = "group loudness";
    const volume = h("input", {
      type: "range",
      min: "0",
      max: "100",
      "aria-label": t("volume"),
      title: t("volume"),
      oninput: () => store.choose({ volume: Number(volume.value) / 100 }),
    });
    this.level = h("meter", { min: "0", max: "1", high: "0.95", value: "0", "aria-label": t("level") });
    this.append(icon("volume"), volume, this.level);
    store.on(["volume"], (state) => {
      volume.value = String(100 * state.volume);
    });
    requestAnimationFrame(() => this.#frame());
  }

  #frame() {
    requestAnimationFrame(() => this.#frame());
    if (!this.clientWidth) return;
    const { playing, jam } = this.state;
    const level = playing || jam === "playing" ? this.studio.player.level() : 0;
    if (Math.abs(this.level.value - level) > 0.01) this.level.value = level;
  }
}
customElements.define("loudness-control", LoudnessControl);
