/** A file that is dragged onto the page: a melody to work on, or a project. */
import { h } from "../dom.js";
import { t } from "../i18n/index.js";
import { Part } from "./part.js";

export class DropZone extends Part {
  make() {
    this.hidden = true;
    this.append(h("p", {}, t("drop")));
    const files = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
    document.addEventListener("dragenter", (event) => files(event) && (this.hidden = false));
    document.addEventListener("dragover", (event) => files(event) && event.preventDefault());
    document.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) this.hidden = true;
    });
    document.addEventListener("drop", (event) => {
      const file = event.dataTransfer?.files[0];
      this.hidden = true;
      if (!file) return;
      event.preventDefault();
      void takeIn(this.store, file);
    });
  }
}

/** @param {import("../store.js").Store} store @param {File} file */
export async function takeIn(store, file) {
  if (file.name.toLowerCase().endsWith(".antiphon")) return store.importProject(file);
  store.choose({ message: { kind: "info", text: t("upload.reading", { name: file.name }) } });
  if (!(await store.upload(file))) return;
  store.choose({ message: { kind: "info", text: t("upload.done", { name: file.name }) } });
  document.dispatchEvent(new CustomEvent("antiphon-ask", { detail: "accompany" }));
}
customElements.define("drop-zone", DropZone);
