/** Taking a take away: every format a link, the MIDI also by dragging it into a DAW. */
import { h, icon } from "../dom.js";
import { t } from "../i18n/index.js";
import { calledInFiles } from "../i18n/names.js";

const FORMATS = ["mid", "musicxml", "pdf", "wav", "mp3", "stems.zip"];
const SLOW = ["pdf", "wav", "mp3", "stems.zip"]; // are made when they are asked for, and may fail
const KEPT_MS = 60_000; // in which the browser takes a file from the page

/** @param {import("../store.js").Store} store */
export function exportMenu(store) {
  const list = h("div", { class: "menu-list" });
  const menu = h(
    "details",
    { class: "menu export-menu" },
    h("summary", { "aria-label": t("export") }, icon("export"), h("span", {}, t("export"))),
    list,
  );
  list.addEventListener("click", () => {
    menu.open = false;
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(/** @type {Node} */ (event.target))) menu.open = false;
  });
  menu.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  store.on(["take", "project"], ({ about, take, project }) => {
    if (!take) return;
    const known = FORMATS.filter((format) => about.formats.write.includes(format));
    list.replaceChildren(
      ...known.map((format) => entry(store, take.id, format, calledInFiles(project, take, format))),
    );
  });
  return menu;
}

/** Have a file made and take it; why it cannot be made is shown. @param {import("../store.js").Store} store @param {string} address */
function carry(store, address) {
  store.choose({ message: { kind: "info", text: t("export.waiting") } });
  return store.attempt(async () => {
    const { blob, name } = await store.api.made(address);
    const href = URL.createObjectURL(blob);
    h("a", { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), KEPT_MS);
  });
}

/** @param {import("../store.js").Store} store @param {string} id of the take @param {string} format @param {[string, string][]} called what, in it */
function entry(store, id, format, called) {
  const href = store.api.takeFile(id, format, called);
  const waits = SLOW.includes(format)
    ? (/** @type {Event} */ event) => {
        event.preventDefault();
        void carry(store, href);
      }
    : undefined;
  const link = h(
    "a",
    { href, download: "", data: { format }, onclick: waits },
    h("strong", {}, t(`format.${format}`)),
    h("small", {}, t(`format.${format}.for`)),
  );
  if (format !== "mid") return link;
  link.draggable = true;
  link.addEventListener("dragstart", (/** @type {DragEvent} */ event) => {
    const name = `${called[0][1].replace(/[\\/:*?"<>|]/g, " ")}.mid`;
    event.dataTransfer?.setData("DownloadURL", `audio/midi:${name}:${new URL(href, location.href)}`);
  });
  return link;
}
