/** The top of the page: which project, undo, what can be taken away, help, language, theme. */
import { h, icon, iconButton } from "../dom.js";
import { language, speak, t } from "../i18n/index.js";
import { titled } from "../i18n/names.js";
import { exportMenu } from "./export-menu.js";
import { Part } from "./part.js";
import { projectDialog } from "./project-dialog.js";

export class AppHeader extends Part {
  make() {
    const { store } = this.studio;
    const projects = projectDialog(store);
    const title = h("input", {
      class: "project-title",
      "aria-label": t("project.title"),
      maxlength: "120",
      spellcheck: "false",
      onchange: () => store.rename(title.value),
      onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && title.blur(),
    });
    const saved = h("span", { class: "saved", role: "status" });
    const undo = iconButton("undo", t("undo"), () => store.undo());
    const redo = iconButton("redo", t("redo"), () => store.redo());
    const places = ["notes", "jam"].map((pane) =>
      h(
        "button",
        { type: "button", class: "quiet", data: { pane }, onclick: () => go(pane) },
        t(`place.${pane}`),
      ),
    );
    const mark = () => {
      const isJam = document.documentElement.dataset.pane === "jam";
      for (const place of places)
        place.setAttribute("aria-pressed", String((place.dataset.pane === "jam") === isJam));
    };
    new MutationObserver(mark).observe(document.documentElement, { attributeFilter: ["data-pane"] });
    mark();
    this.setAttribute("role", "banner");
    this.append(
      h("h1", { class: "logo" }, "Antiphon"),
      h("span", { class: "group switch places", role: "group", "aria-label": t("place.choose") }, places),
      h(
        "button",
        {
          type: "button",
          class: "quiet open-projects",
          "aria-label": t("projects"),
          onclick: () => projects.open(),
        },
        icon("folder"),
        h("span", {}, t("projects")),
      ),
      title,
      saved,
      h("span", { class: "group undoing" }, undo, redo),
      h("span", { class: "space" }),
      exportMenu(store),
      iconButton("help", t("tour.begin"), () => document.dispatchEvent(new Event("antiphon-tour"))),
      iconButton("theme", t("theme"), turnTheme, { "data-wide": true }),
      h(
        "button",
        {
          type: "button",
          class: "quiet",
          lang: language === "en" ? "zh" : "en",
          onclick: () => speak(language === "en" ? "zh" : "en"),
        },
        t("language.other"),
      ),
      projects.element,
    );
    store.on(["project"], ({ project }) => {
      if (project && document.activeElement !== title) title.value = titled(project.title);
    });
    store.on(["saving"], ({ saving }) => {
      saved.textContent = t(`saving.${saving}`);
    });
    store.on(["take", "saving"], () => {
      undo.disabled = !store.canUndo;
      redo.disabled = !store.canRedo;
    });
  }
}

/** @param {string} pane */
function go(pane) {
  document.dispatchEvent(new CustomEvent("antiphon-pane", { detail: pane }));
}

function turnTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("antiphon.theme", root.dataset.theme);
  document.dispatchEvent(new Event("antiphon-theme"));
}
customElements.define("app-header", AppHeader);
