/** All projects: open, begin, bring in, take away, delete. */
import { h, icon, iconButton } from "../dom.js";
import { language, t } from "../i18n/index.js";
import { titled } from "../i18n/names.js";

/** @param {import("../store.js").Store} store */
export function projectDialog(store) {
  const list = h("ul", { class: "project-list" });
  const file = h("input", {
    type: "file",
    accept: ".antiphon,.zip",
    class: "said",
    tabindex: "-1",
    "aria-hidden": "true",
    onchange: () => {
      if (file.files?.[0]) void store.importProject(file.files[0]);
      file.value = "";
      element.close();
    },
  });
  const element = h(
    "dialog",
    { class: "projects", "aria-label": t("projects") },
    h(
      "div",
      { class: "head" },
      h("h2", {}, t("projects")),
      iconButton("close", t("close"), () => element.close()),
    ),
    list,
    h(
      "div",
      { class: "foot" },
      h(
        "button",
        {
          type: "button",
          class: "main",
          onclick: () => {
            void store.newProject();
            element.close();
          },
        },
        icon("plus"),
        t("project.new"),
      ),
      h("button", { type: "button", onclick: () => file.click() }, t("project.import")),
      file,
    ),
  );
  element.addEventListener(
    "click",
    (/** @type {MouseEvent} */ event) => event.target === element && element.close(),
  );

  const day = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  store.on(["projects", "project"], ({ projects, project }) => {
    list.replaceChildren(
      ...projects.map((each) =>
        h(
          "li",
          { class: each.id === project?.id ? "current" : "" },
          h(
            "button",
            {
              type: "button",
              class: "project-name",
              "aria-current": each.id === project?.id ? "true" : undefined,
              onclick: () => {
                void store.openProject(each.id);
                element.close();
              },
            },
            h("strong", {}, titled(each.title)),
            h(
              "small",
              {},
              t("project.about", { takes: each.n_takes, changed: day.format(new Date(each.changed)) }),
            ),
          ),
          h(
            "a",
            {
              class: "icon-button",
              href: store.api.projectFile(each.id),
              download: "",
              "aria-label": t("project.export", { title: titled(each.title) }),
              title: t("project.export", { title: titled(each.title) }),
            },
            icon("export"),
          ),
          iconButton("delete", t("project.delete", { title: titled(each.title) }), () => {
            if (confirm(t("project.delete.sure", { title: titled(each.title) })))
              void store.deleteProject(each.id);
          }),
        ),
      ),
    );
  });
  const open = () => {
    element.showModal();
    void store.listProjects(); // with what was made since
  };
  return { element, open };
}
