/** All takes of the project: what made them, how good they are, two side by side. */
import { h, icon, iconButton } from "../dom.js";
import { named, t, told } from "../i18n/index.js";
import { Part } from "./part.js";

/** @typedef {import("../types.js").Take} Take */

const NAMED = ["upload", "copy"]; // verbs whose takes have a name of their own

export class TakesPanel extends Part {
  make() {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("takes"));
    this.list = h("ol", { class: "takes" });
    this.flip = h("button", { type: "button", class: "flip", onclick: () => this.store.flip() });
    this.append(h("h2", {}, t("takes")), this.flip, this.list);
    this.store.on(["project", "take", "compare"], () => this.#fill());
  }

  #fill() {
    const { project, take, compare } = this.state;
    if (!project) return;
    const both = compare.a && compare.b;
    this.flip.hidden = !both;
    const side = take?.id === compare.a ? "a" : take?.id === compare.b ? "b" : "";
    this.flip.replaceChildren(
      h("span", { class: side === "a" ? "on" : "" }, "A"),
      h("span", { class: side === "b" ? "on" : "" }, "B"),
      h("small", {}, t("compare.flip")),
    );
    this.flip.setAttribute("aria-label", t("compare.now", { side: side.toUpperCase() || "–" }));
    const had = document.activeElement;
    const focused = had?.closest("[data-take]")?.getAttribute("data-take");
    const takes = [...project.takes].reverse();
    this.list.replaceChildren(...takes.map((each) => this.#card(each, each.id === take?.id)));
    if (!focused || this.contains(document.activeElement)) return;
    const buttons = [...this.list.querySelectorAll(`[data-take="${focused}"] button`)];
    (buttons.find((each) => each.ariaLabel && each.ariaLabel === had?.ariaLabel) ?? buttons[0])?.focus();
  }

  /** @param {Take} take @param {boolean} inHand */
  #card(take, inHand) {
    const { compare, project } = this.state;
    const number = (project?.takes.indexOf(take) ?? 0) + 1;
    const side = (/** @type {"a"|"b"} */ name) =>
      h(
        "button",
        {
          type: "button",
          class: "toggle",
          "aria-pressed": String(compare[name] === take.id),
          "aria-label": t("compare.as", { side: name.toUpperCase(), n: number }),
          title: t("compare.as", { side: name.toUpperCase(), n: number }),
          onclick: () => this.store.compare(name, take.id),
        },
        name.toUpperCase(),
      );
    return h(
      "li",
      { class: inHand ? "take current" : "take", data: { take: take.id } },
      h(
        "button",
        {
          type: "button",
          class: "take-name",
          "aria-current": inHand ? "true" : undefined,
          onclick: () => this.store.openTake(take.id),
        },
        h("strong", {}, `${number} · ${named("verb", take.verb)}`),
        h("small", {}, this.#about(take)),
      ),
      h(
        "div",
        { class: "take-tools" },
        stars(take, (rating) => this.store.rate(take.id, rating)),
        h("span", { class: "space" }),
        side("a"),
        side("b"),
        project &&
          project.takes.length > 1 &&
          iconButton("delete", t("take.delete", { n: number }), () => this.store.deleteTake(take.id)),
      ),
      inHand && take.reasons?.length
        ? h(
            "details",
            { class: "more reasons" },
            h("summary", {}, t("reasons")),
            h(
              "ul",
              {},
              take.reasons.map((each) => h("li", {}, told(each))),
            ),
          )
        : null,
    );
  }

  /** @param {Take} take */
  #about(take) {
    const plan = take.plan ?? {};
    const facts = [
      NAMED.includes(take.verb) ? take.name : "",
      plan.style && named("style", String(plan.style)),
      take.n_bars && t("bars.n", { n: take.n_bars }),
      plan.seed !== undefined && t("seed.n", { n: Number(plan.seed) }),
    ];
    return facts.filter(Boolean).join(" · ");
  }
}

/** @param {Take} take @param {(rating: number|null) => void} rate */
function stars(take, rate) {
  const rating = take.rating ?? 0;
  return h(
    "span",
    { class: "stars", role: "group", "aria-label": t("rating") },
    [1, 2, 3, 4, 5].map((n) =>
      h(
        "button",
        {
          type: "button",
          class: n <= rating ? "star on" : "star",
          "aria-label": t("rating.n", { n }),
          "aria-pressed": String(n === rating),
          title: t("rating.n", { n }),
          onclick: () => rate(n === rating ? null : n),
        },
        icon("star"),
      ),
    ),
  );
}
customElements.define("takes-panel", TakesPanel);
