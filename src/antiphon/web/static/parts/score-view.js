/** Sheet music of the take, engraved on the server; made when it is looked at. */
import { h } from "../dom.js";
import { t } from "../i18n/index.js";
import { calledInFiles } from "../i18n/names.js";
import { Part } from "./part.js";

export class ScoreView extends Part {
  static observedAttributes = ["hidden"];
  #shown = "";

  make() {
    this.note = h("p", { class: "quiet-note", role: "status" });
    this.picture = h("img", { alt: t("score.alt") });
    this.picture.addEventListener("load", () => {
      this.note.textContent = "";
    });
    this.picture.addEventListener("error", () => {
      this.note.textContent = t("score.failed");
    });
    this.append(
      this.note,
      h("div", { class: "sheet", tabindex: "0", role: "region", "aria-label": t("score.alt") }, this.picture),
    );
    this.store.on(["take", "saving"], () => this.#fill());
  }

  attributeChangedCallback() {
    if (this.picture) this.#fill();
  }

  #fill() {
    const { project, take, saving } = this.state;
    if (this.hidden || !take || saving !== "saved") return;
    const called = calledInFiles(project, take, "svg");
    const address = this.store.api.shownFile(take.id, "svg", take.revision, called);
    if (address === this.#shown) return;
    this.#shown = address;
    this.note.textContent = t("score.waiting");
    this.picture.src = address;
  }
}
customElements.define("score-view", ScoreView);
