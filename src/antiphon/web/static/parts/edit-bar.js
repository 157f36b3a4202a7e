/** Tools of the roll: choose or draw, the grid, quantise, zoom, notes or sheet music. */
import { h, iconButton, select } from "../dom.js";
import { t } from "../i18n/index.js";
import { quantised, replaceNotes } from "../music/edits.js";
import { Part } from "./part.js";

// of a quarter note
const DIVISIONS = [
  [1, "1/4"],
  [2, "1/8"],
  [3, "1/8T"],
  [4, "1/16"],
  [6, "1/16T"],
  [8, "1/32"],
];

export class EditBar extends Part {
  make() {
    const { store, viewport } = this.studio;
    const tool = (/** @type {"select"|"draw"} */ name) =>
      iconButton(name, t(`tool.${name}`), () => store.choose({ tool: name }), { "data-tool": name });
    const grid = select(
      DIVISIONS.map(([value, text]) => ({ value: String(value), text: String(text) })),
      "4",
      {
        "aria-label": t("grid"),
        title: t("grid"),
        onchange: () => store.choose({ division: Number(grid.value) }),
      },
    );
    const quantise = h(
      "button",
      { type: "button", class: "quiet", title: t("quantise.hint"), onclick: () => this.#quantise() },
      t("quantise"),
    );
    const zoom = (/** @type {number} */ factor) =>
      viewport.show(viewport.view.zoomed(factor, viewport.view.width / 2));
    const fit = () => this.state.piece && viewport.show(viewport.view.fitted(this.state.piece));
    const tools = [tool("select"), tool("draw")];
    const view = ["notes", "score"].map((name) =>
      h(
        "button",
        {
          type: "button",
          class: "quiet",
          data: { view: name },
          onclick: () => this.#show(name),
        },
        t(`view.${name}`),
      ),
    );
    this.setAttribute("role", "toolbar");
    this.setAttribute("aria-label", t("tools"));
    this.append(
      h("span", { class: "group tools" }, tools),
      h("span", { class: "group grid-tools" }, grid, quantise),
      h(
        "span",
        { class: "group" },
        iconButton("minus", t("zoom.out"), () => zoom(0.7)),
        iconButton("plus", t("zoom.in"), () => zoom(1.4)),
        iconButton("fit", t("zoom.fit"), fit),
      ),
      h("span", { class: "space" }),
      h("span", { class: "group switch", role: "group", "aria-label": t("view") }, view),
    );
    store.on(["tool"], (state) =>
      tools.forEach((each) => each.setAttribute("aria-pressed", String(each.dataset.tool === state.tool))),
    );
    store.on(["selection"], ({ selection }) => {
      quantise.disabled = !selection.size;
    });
    this.#show("notes");
  }

  #quantise() {
    const { piece, activeTrack, selection } = this.state;
    if (!piece || !selection.size) return;
    const notes = quantised(piece, selection, this.store.grid);
    void this.store.edit(replaceNotes(piece, activeTrack, selection, notes), notes);
  }

  /** @param {string} name notes or score */
  #show(name) {
    const editor = this.parentElement;
    editor?.classList.toggle("shows-score", name === "score");
    for (const button of this.querySelectorAll("[data-view]")) {
      button.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (button).dataset.view === name));
    }
    editor?.querySelector("score-view")?.toggleAttribute("hidden", name !== "score");
  }
}
customElements.define("edit-bar", EditBar);
