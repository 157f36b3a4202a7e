/**
 * A lane of words above the roll: chords (`<mark-lane kind="chords">`) or sections.
 * Press a word or an empty place to write; Enter keeps it, Escape does not, empty takes it away.
 */
import { h } from "../dom.js";
import { t } from "../i18n/index.js";
import { sectionName, sectionsMeant } from "../i18n/names.js";
import { endOf, withChord, withSection } from "../music/edits.js";
import { looksLikeChord } from "../music/names.js";
import { barOf, barStarts, beatSteps } from "../music/time.js";
import { snapped } from "../roll/geometry.js";
import { Part } from "./part.js";

/** @typedef {{step: number, end: number, text: string}} Mark */

export class MarkLane extends Part {
  make() {
    this.kind = this.getAttribute("kind") ?? "chords";
    this.area = h("div", { class: "lane-area", role: "group", "aria-label": t(`${this.kind}.name`) });
    this.area.title = t(`${this.kind}.hint`);
    this.append(h("span", { class: "lane-name" }, t(`${this.kind}.short`)), this.area);
    this.area.addEventListener("click", (/** @type {MouseEvent} */ event) => {
      if (event.target === this.area) this.#open(this.#place(event));
    });
    this.store.on(["piece"], () => this.#fill());
    this.studio.viewport.addEventListener("change", () => this.#fill());
  }

  /** @param {MouseEvent} event @returns {number} the step that is meant */
  #place(event) {
    const piece = this.state.piece;
    if (!piece) return 0;
    const starts = barStarts(piece);
    const step = this.studio.viewport.view.step(event.clientX - this.area.getBoundingClientRect().left);
    const bar = barOf(starts, step);
    return this.kind === "chords" ? snapped(starts, step, beatSteps(piece, starts[bar])) : starts[bar];
  }

  /** @returns {Mark[]} */
  #marks() {
    const piece = this.state.piece;
    if (!piece) return [];
    if (this.kind === "chords") {
      return piece.chords.map(({ onset, duration, symbol }) => ({
        step: onset,
        end: onset + duration,
        text: symbol === "N" ? t("chords.none") : symbol,
      }));
    }
    const starts = barStarts(piece);
    return piece.sections.map(({ start, n_bars, label }) => ({
      step: starts[start],
      end: starts[start + n_bars] ?? endOf(piece),
      text: sectionName(label),
    }));
  }

  #fill() {
    if (this.area.querySelector("input")) return;
    const { view } = this.studio.viewport;
    const had = document.activeElement;
    const focused = this.area.contains(had) ? /** @type {HTMLElement} */ (had).dataset.step : undefined;
    this.area.replaceChildren();
    for (const mark of this.#marks()) {
      if (mark.end <= view.left || mark.step >= view.right) continue;
      const button = h(
        "button",
        {
          type: "button",
          class: "mark",
          data: { step: mark.step },
          "aria-label": this.#label(mark),
          onclick: () => this.#open(mark.step),
        },
        mark.text,
      );
      place(button, Math.max(view.x(mark.step), 0), Math.min(view.x(mark.end), view.width));
      this.area.append(button);
      if (String(mark.step) === focused) button.focus();
    }
  }

  /** @param {Mark} mark */
  #label(mark) {
    const piece = this.state.piece;
    const bar = piece ? barOf(barStarts(piece), mark.step) + 1 : 1;
    return t(`${this.kind}.mark`, { text: mark.text, bar });
  }

  /** @param {number} step */
  #open(step) {
    const { view } = this.studio.viewport;
    const mark = this.#marks().find((each) => each.step === step);
    const input = h("input", {
      type: "text",
      class: "mark-input",
      value: mark?.text ?? "",
      "aria-label": t(`${this.kind}.write`),
      maxlength: "24",
      spellcheck: "false",
      autocomplete: "off",
    });
    let done = false;
    const close = (/** @type {boolean} */ keep) => {
      if (done) return;
      done = true;
      input.remove();
      if (keep && input.value.trim() !== (mark?.text ?? "")) this.#write(step, input.value);
      this.#fill();
    };
    input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      event.stopPropagation();
      if (event.key === "Enter" || event.key === "Escape") {
        event.preventDefault(); // or Enter would press the mark that gets the focus
        close(event.key === "Enter");
        this.area.querySelector(`[data-step="${step}"]`)?.focus();
      }
      if (event.key === "Tab" && !event.shiftKey) this.#next(event, step, close);
    });
    input.addEventListener("blur", () => close(true));
    place(input, view.x(step), view.x(step) + 90);
    this.area.append(input);
    input.select();
    input.focus();
  }

  /** Tab goes on to the next bar, as in a chord chart. @param {KeyboardEvent} event @param {number} step @param {(keep: boolean) => void} close */
  #next(event, step, close) {
    const piece = this.state.piece;
    if (!piece) return;
    const starts = barStarts(piece);
    const bar = barOf(starts, step) + 1;
    if (bar >= piece.n_bars) return;
    event.preventDefault();
    close(true);
    this.#open(starts[bar]);
  }

  /** @param {number} step @param {string} text */
  #write(step, text) {
    const piece = this.state.piece;
    if (!piece) return;
    if (this.kind === "chords") {
      if (text.trim() && !looksLikeChord(text)) {
        return this.store.choose({ message: { kind: "error", text: t("chords.unknown", { text }) } });
      }
      void this.store.edit(withChord(piece, step, text));
    } else {
      void this.store.edit(withSection(piece, barOf(barStarts(piece), step), sectionsMeant(text)));
    }
  }
}

/** @param {HTMLElement} element @param {number} from @param {number} to pixels */
function place(element, from, to) {
  element.style.left = `${from}px`;
  element.style.width = `${Math.max(to - from - 2, 14)}px`;
}
customElements.define("mark-lane", MarkLane);
