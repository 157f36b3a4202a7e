/** The studio: one store, one player, one view, and the parts of the page that share them. */
import { api } from "./api.js";
import { language } from "./i18n/index.js";
import { titled } from "./i18n/names.js";
import { Jam } from "./live/jam.js";
import { isWriting } from "./live/typing.js";
import { Player } from "./player.js";
import { Viewport } from "./roll/viewport.js";
import { Store } from "./store.js";
import "./parts/app-header.js";
import "./parts/ask-panel.js";
import "./parts/drop-zone.js";
import "./parts/edit-bar.js";
import "./parts/jam-head.js";
import "./parts/jam-input.js";
import "./parts/jam-keys.js";
import "./parts/jam-picture.js";
import "./parts/jam-steering.js";
import "./parts/mark-lane.js";
import "./parts/message-bar.js";
import "./parts/pane-tabs.js";
import "./parts/piano-roll.js";
import "./parts/score-view.js";
import "./parts/takes-panel.js";
import "./parts/time-ruler.js";
import "./parts/tour-guide.js";
import "./parts/track-list.js";
import "./parts/transport-bar.js";
import "./parts/velocity-lane.js";
import { Part } from "./parts/part.js";

const LAST_PROJECT = "antiphon.project";

const store = new Store(api);
const player = new Player(store);
const jam = new Jam(store, player);
const studio = { store, player, viewport: new Viewport(), jam };

document.documentElement.lang = language;
for (const element of document.querySelectorAll("*")) {
  if (element instanceof Part) element.begin(studio);
}
store.on(["project"], ({ project }) => {
  if (!project) return;
  localStorage.setItem(LAST_PROJECT, project.id);
  document.title = `${titled(project.title)} – Antiphon`;
});

/** Keys that mean the same wherever the focus is, unless something is being written. */
document.addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (isWriting(target)) return;
  const isJam = document.documentElement.dataset.pane === "jam";
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (event.key === " " && !target.closest("button, summary, a, label")) (isJam ? jam : player).toggle();
  else if (isJam) return;
  else if (command && key === "z" && !event.shiftKey) store.undo();
  else if (command && (key === "y" || (key === "z" && event.shiftKey))) store.redo();
  else return;
  event.preventDefault();
});

window.addEventListener("beforeunload", (event) => {
  if (store.state.saving !== "saved") event.preventDefault();
});

// for tests and the curious: the studio from the console
Object.assign(window, { antiphon: studio });

await store.begin(localStorage.getItem(LAST_PROJECT));
document.documentElement.dataset.ready = "";
// what sounds is fetched once the page is there, before the first click
setTimeout(() => void player.load(), 50);
void store.resume();
