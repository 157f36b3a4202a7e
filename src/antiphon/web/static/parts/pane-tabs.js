/** On a narrow screen one pane is seen at a time; here one says which. The jam is alone on any. */
import { h } from "../dom.js";
import { t } from "../i18n/index.js";
import { Part } from "./part.js";

const PANES = ["ask", "notes", "tracks", "takes", "jam"];

export class PaneTabs extends Part {
  make() {
    this.setAttribute("role", "navigation");
    this.setAttribute("aria-label", t("panes"));
    this.append(
      ...PANES.map((pane) =>
        h("button", { type: "button", data: { pane }, onclick: () => this.#show(pane) }, t(`pane.${pane}`)),
      ),
    );
    this.#show(String(document.documentElement.dataset.pane));
    document.addEventListener("antiphon-pane", (event) =>
      this.#show(/** @type {CustomEvent} */ (event).detail),
    );
  }

  /** @param {string} pane */
  #show(pane) {
    document.documentElement.dataset.pane = pane;
    history.replaceState(null, "", pane === "jam" ? "#jam" : location.pathname + location.search);
    for (const button of this.children) {
      button.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (button).dataset.pane === pane));
    }
  }
}
customElements.define("pane-tabs", PaneTabs);
