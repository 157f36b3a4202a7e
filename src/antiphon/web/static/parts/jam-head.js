/** Beginning and ending a jam, what is heard of it now, sleeping, keeping. */
import { h, icon, select } from "../dom.js";
import { t } from "../i18n/index.js";
import { keyName } from "../i18n/names.js";
import { LoudnessControl } from "./loudness-control.js";
import { Part } from "./part.js";

const SLEEP_MIN = [15, 30, 60, 90];

export class JamHead extends Part {
  make() {
    const { store, jam } = this.studio;
    this.go = h("button", { type: "button", class: "main jam-go", onclick: () => jam.toggle() });
    this.turn = h("p", { class: "turn", role: "status" });
    this.heard = h("output", { class: "heard", "aria-label": t("jam.heard"), "aria-live": "off" });
    this.sleep = select(
      [
        { value: "", text: t("jam.sleep.never") },
        ...SLEEP_MIN.map((n) => ({ value: String(n), text: t("jam.sleep.n", { n }) })),
      ],
      "",
      { "aria-label": t("jam.sleep"), title: t("jam.sleep"), onchange: () => this.#sleepIn() },
    );
    this.keep = h(
      "button",
      {
        type: "button",
        class: "jam-keep",
        "aria-label": t("jam.keep"),
        title: t("jam.keep.hint"),
        onclick: () => this.#keep(),
      },
      icon("plus"),
      h("span", {}, t("jam.keep")),
    );
    const loudness = new LoudnessControl();
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("pane.jam"));
    this.append(
      this.go,
      h("div", { class: "jam-state" }, this.turn, this.heard),
      h("span", { class: "space" }),
      loudness,
      this.sleep,
      this.keep,
    );
    loudness.begin(this.studio);
    store.on(["jam", "seat", "live", "listening"], () => this.#show());
    store.on(["jam"], () => {
      const isOn = this.state.jam !== "off";
      this.go.replaceChildren(icon(isOn ? "stop" : "play"), isOn ? t("jam.stop") : t("jam.start"));
      this.keep.disabled = !jam.bars.length;
      if (isOn) this.#sleepIn();
    });
    store.on(["seat"], ({ seat }) => {
      this.sleep.hidden = Boolean(seat?.part);
      if (this.sleep.hidden && this.sleep.value) {
        this.sleep.value = "";
        this.#sleepIn();
      }
    });
  }

  #show() {
    const { jam, seat, live, listening } = this.state;
    const turn =
      jam !== "playing" ? jam : seat?.part && seat.answer !== "none" && live.turn ? live.turn : "playing";
    const text = t(`jam.turn.${turn}`);
    // said once, not with every bar
    if (this.turn.textContent !== text) this.turn.textContent = text;
    this.dataset.turn = turn;
    const hears = listening && t("jam.hears", { chord: listening });
    this.heard.textContent = [keyName(live.key), live.chord, hears].filter(Boolean).join(" · ");
  }

  #sleepIn() {
    const minutes = Number(this.sleep.value);
    this.store.choose({ sleepAt: minutes ? Date.now() + 60_000 * minutes : null });
  }

  async #keep() {
    if (await this.studio.jam.keep())
      document.dispatchEvent(new CustomEvent("antiphon-pane", { detail: "notes" }));
  }
}
customElements.define("jam-head", JamHead);
