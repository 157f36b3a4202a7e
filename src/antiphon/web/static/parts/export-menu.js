/** Taking a take away: every format a link, the MIDI also by dragging it into a DAW. */
import { h, icon } from "../dom.js";
import { t } from "../i18n/index.js";

const FORMATS = ["mid", "musicxml", "pdf", "wav", "mp3", "stems.zip"];
const SLOW = ["pdf", "wav", "mp3", "stems.zip"]; // are made when they are asked for

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
    const title = project?.title ?? "Antiphon";
    const known = FORMATS.filter((format) => about.formats.write.includes(format));
    list.replaceChildren(
      ...known.map((format) => entry(store, store.api.takeFile(take.id, format), format, title)),
    );
  });
  return menu;
}

/** @param {import("../store.js").Store} store @param {string} href @param {string} format @param {string} title */
function entry(store, href, format, title) {
  const waits = SLOW.includes(format)
    ? () => store.choose({ message: { kind: "info", text: t("export.waiting") } })
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
    const name = `${title.replace(/[\\/:*?"<>|]/g, " ")}.mid`;
    event.dataTransfer?.setData("DownloadURL", `audio/midi:${name}:${new URL(href, location.href)}`);
  });
  return link;
}
