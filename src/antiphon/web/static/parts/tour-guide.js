/** A minute's walk through the page: a few places, one after another, each shown and explained. */
import { h, iconButton } from "../dom.js";
import { t } from "../i18n/index.js";
import { clamp } from "../music/edits.js";
import { Part } from "./part.js";

const SEEN = "antiphon.toured";
const PLACES = [
  { name: "play", at: ".play", pane: "notes" },
  { name: "notes", at: "piano-roll", pane: "notes" },
  { name: "chords", at: "mark-lane[kind=chords]", pane: "notes" },
  { name: "tracks", at: "track-list", pane: "tracks" },
  { name: "ask", at: "ask-panel", pane: "ask" },
  { name: "takes", at: "takes-panel", pane: "takes" },
  { name: "export", at: ".export-menu", pane: "notes" },
  { name: "jam", at: "[data-pane=jam]" },
];

export class TourGuide extends Part {
  #index = 0;

  make() {
    this.invite = h(
      "div",
      { class: "invite", role: "status", hidden: true },
      h("p", {}, t("tour.invite")),
      h("button", { type: "button", class: "main", onclick: () => this.#begin() }, t("tour.yes")),
      h("button", { type: "button", class: "quiet", onclick: () => this.#end() }, t("tour.no")),
    );
    this.heading = h("h2", {});
    this.text = h("p", {});
    this.count = h("small", {});
    this.next = h("button", { type: "button", class: "main", onclick: () => this.#go(1) });
    this.back = h("button", { type: "button", class: "quiet", onclick: () => this.#go(-1) }, t("tour.back"));
    this.card = h(
      "div",
      {
        class: "tour-card",
        role: "dialog",
        "aria-modal": "false",
        "aria-label": t("tour"),
        hidden: true,
        tabindex: "-1",
        onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && this.#end(),
      },
      h(
        "div",
        { class: "head" },
        this.heading,
        iconButton("close", t("close"), () => this.#end()),
      ),
      this.text,
      h("div", { class: "foot" }, this.count, h("span", { class: "space" }), this.back, this.next),
    );
    this.append(this.invite, this.card);
    document.addEventListener("antiphon-tour", () => this.#begin());
    window.addEventListener("resize", () => !this.card.hidden && this.#place());
    this.store.on(["project"], ({ project }) => {
      if (project && !localStorage.getItem(SEEN)) this.invite.hidden = false;
    });
  }

  #begin() {
    localStorage.setItem(SEEN, "yes");
    this.invite.hidden = true;
    this.card.hidden = false;
    this.#index = 0;
    this.#show();
  }

  #end() {
    localStorage.setItem(SEEN, "yes");
    this.invite.hidden = this.card.hidden = true;
    this.#light(null);
  }

  /** @param {number} way */
  #go(way) {
    this.#index += way;
    if (this.#index >= PLACES.length) return this.#end();
    this.#show();
  }

  #show() {
    const { name, pane } = PLACES[this.#index];
    if (pane) document.dispatchEvent(new CustomEvent("antiphon-pane", { detail: pane }));
    this.heading.textContent = t(`tour.${name}`);
    this.text.textContent = t(`tour.${name}.text`);
    this.count.textContent = `${this.#index + 1} / ${PLACES.length}`;
    this.back.hidden = this.#index === 0;
    this.next.textContent = this.#index === PLACES.length - 1 ? t("tour.end") : t("tour.next");
    this.#place();
    this.card.focus();
  }

  #place() {
    const targets = [...document.querySelectorAll(PLACES[this.#index].at)];
    const target = targets.find((each) => each.checkVisibility());
    if (!target) return;
    this.#light(target);
    const box = target.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.card;
    const beside =
      box.right + 12 + width <= innerWidth
        ? box.right + 12
        : box.left - 12 - width >= 0
          ? box.left - 12 - width
          : clamp(box.left + 12, 8, innerWidth - width - 8);
    const top = clamp(box.top + 12, 8, innerHeight - height - 8);
    this.card.style.left = `${beside}px`;
    this.card.style.top = `${box.top > innerHeight - height && box.height < 120 ? Math.max(box.top - height - 12, 8) : top}px`;
  }

  /** @param {Element|null} target */
  #light(target) {
    document.querySelector(".lit")?.classList.remove("lit");
    target?.classList.add("lit");
  }
}
customElements.define("tour-guide", TourGuide);
