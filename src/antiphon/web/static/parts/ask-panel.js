/** Asking for music: a new piece, something again, an accompaniment, more bars, a variation. */
import { h } from "../dom.js";
import { t } from "../i18n/index.js";
import { forms } from "./ask-forms.js";
import { Part } from "./part.js";

const TABS = ["compose", "again", "accompany", "extend", "vary", "convert", "between", "map"];

export class AskPanel extends Part {
  #tab = "compose";
  /** @type {Record<string, import("./ask-forms.js").Form>|null} */
  #forms = null;
  /** @type {HTMLButtonElement[]} */
  tabs;

  make() {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("ask"));
    this.tabs = TABS.map((name) =>
      h(
        "button",
        {
          type: "button",
          role: "tab",
          id: `ask-${name}`,
          "aria-controls": "ask-panel",
          data: { tab: name },
          onclick: () => this.#show(name),
        },
        t(`ask.${name}`),
      ),
    );
    const bar = h(
      "div",
      {
        role: "tablist",
        class: "tabs",
        "aria-label": t("ask.what"),
        onkeydown: (/** @type {KeyboardEvent} */ event) => this.#turn(event),
      },
      this.tabs,
    );
    this.body = h("form", {
      id: "ask-body",
      novalidate: true,
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        this.#ask();
      },
    });
    this.panel = h("div", { id: "ask-panel", role: "tabpanel" }, this.body);
    this.button = h("button", { type: "submit", class: "main ask-button", form: "ask-body" });
    this.progress = h("div", { class: "progress", role: "status", hidden: true });
    this.append(
      h("h2", {}, t("ask")),
      bar,
      this.panel,
      h("div", { class: "ask-foot" }, this.progress, this.button),
    );
    this.store.on(["about"], ({ about }) => {
      if (!about || this.#forms) return;
      this.#forms = forms(this.studio);
      for (const tab of this.tabs) tab.hidden = !(String(tab.dataset.tab) in this.#forms);
      this.#show(this.#tab);
    });
    this.store.on(["job"], () => this.#work());
    document.addEventListener("antiphon-ask", (event) => {
      this.#show(/** @type {CustomEvent} */ (event).detail);
      document.dispatchEvent(new CustomEvent("antiphon-pane", { detail: "ask" }));
    });
  }

  /** @param {string} name */
  #show(name) {
    this.#tab = name;
    for (const tab of this.tabs) {
      const here = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(here));
      tab.tabIndex = here ? 0 : -1;
    }
    this.panel.setAttribute("aria-labelledby", `ask-${name}`);
    if (this.#forms) this.body.replaceChildren(this.#forms[name].element);
    this.button.textContent = t(`ask.${name}.do`);
  }

  /** Arrows go from tab to tab. @param {KeyboardEvent} event */
  #turn(event) {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!way) return;
    const there = this.tabs.filter((tab) => !tab.hidden);
    const here = there.findIndex((tab) => tab.dataset.tab === this.#tab);
    const next = there[(here + way + there.length) % there.length];
    this.#show(String(next.dataset.tab));
    next.focus();
    event.preventDefault();
  }

  #ask() {
    const form = this.#forms?.[this.#tab];
    const options = form?.options();
    if (!form || !options) return;
    document.dispatchEvent(new CustomEvent("antiphon-pane", { detail: "notes" }));
    void this.#hear(form, options);
  }

  /** What comes is heard at once; what plays goes on, unless it is outside of what is marked. @param {import("./ask-forms.js").Form} form @param {Record<string, unknown>} options */
  async #hear(form, options) {
    const { player } = this.studio;
    const came = await (form.keep?.(options) ?? this.store.ask(form.verb, options, form.takes?.()));
    if (!came) return;
    const { playing, loop } = this.state;
    const step = player.position();
    if (!playing || (loop && (step < loop.start || step >= loop.end))) player.seek(loop?.start ?? 0);
    await player.play();
  }

  #work() {
    const { job } = this.state;
    this.progress.hidden = !job;
    this.button.disabled = Boolean(job);
    document.documentElement.toggleAttribute("data-busy", Boolean(job));
    if (!job) return this.progress.replaceChildren();
    if (!this.progress.firstChild) {
      this.bar = h("progress", { max: "1", "aria-label": t("job.progress") });
      this.words = h("span", {});
      this.progress.append(
        this.words,
        this.bar,
        h("button", { type: "button", class: "quiet", onclick: () => this.store.cancel() }, t("cancel")),
      );
    }
    this.words.textContent = job.eta_s
      ? t("job.eta", { seconds: Math.ceil(job.eta_s) })
      : t(`job.${job.state}`);
    if (job.state === "running" && job.progress > 0) this.bar.value = job.progress;
    else this.bar.removeAttribute("value");
  }
}
customElements.define("ask-panel", AskPanel);
