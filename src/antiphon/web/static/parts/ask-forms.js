/**
 * One form for each verb: what it asks for, and what it tells the server.
 * @import {Store} from "../store.js"
 * @import {Field} from "./ask-fields.js"
 */
import { h, labelled } from "../dom.js";
import { t } from "../i18n/index.js";
import { barsFromWords, barsInWords } from "../music/time.js";
import { choice, dial, drawing, fileButton, key, mood, more, number, parts, style, words } from "./ask-fields.js";
import { takeIn } from "./drop-zone.js";
import { nameOf } from "./track-list.js";

/**
 * @typedef {object} Form
 * @property {string} verb        of the server
 * @property {Element} element
 * @property {() => Record<string, unknown>|null} options  null when something is to be put right first
 */

/** @param {string} verb @param {(Field|Element)[]} fields @returns {Form} */
function form(verb, fields) {
  const elements = fields.map((field) => ("options" in field ? field.element : field));
  return {
    verb,
    element: h("div", { class: "ask-form" }, elements),
    options: () => Object.assign({}, ...fields.map((field) => ("options" in field ? field.options() : {}))),
  };
}

/** @param {Store} store @returns {Record<string, Form>} by the name of its tab */
export function forms(store) {
  const { about } = store.state;
  const metres = about.metres.map((/** @type {string} */ name) => ({ value: name, text: name }));
  const shared = () => [dial("density", null), dial("adventure", 0.5)];
  return {
    compose: form("compose", [
      style(store),
      number("bars", { min: "1", max: "512", value: "16" }), key(), words("chords"), mood(),
      more(words("form"), choice("metre", metres, "4/4"), number("tempo", { min: "20", max: "300" }),
        parts(about.roles, about.instruments), ...shared()),
      drawing(),
    ]),
    again: again(store),
    accompany: form("accompany", [
      h("p", { class: "hint" }, t("accompany.hint")), fileButton((file) => void takeIn(store, file)),
      style(store, true), parts(about.roles, about.instruments),
      more(words("chords"), key(), mood(), ...shared()), drawing(),
    ]),
    extend: extend(store),
    vary: form("vary", [
      h("p", { class: "hint" }, t("vary.hint")), dial("strength", 0.4), style(store, true),
      more(mood(), ...shared()), drawing(),
    ]),
  };
}

/** Bars and tracks that are not locked, made again. @param {Store} store @returns {Form} */
function again(store) {
  const bars = h("input", { type: "text", inputmode: "numeric", spellcheck: "false", autocomplete: "off" });
  const tracks = h("div", { class: "free-tracks" });
  let written = false;
  bars.addEventListener("input", () => { written = bars.value.trim() !== ""; });
  store.on(["piece", "loop", "lockedBars"], ({ piece }) => {
    if (!piece || (written && document.activeElement === bars)) return;
    written = false;
    bars.value = barsInWords(store.freeBars());
  });
  store.on(["piece", "lockedTracks"], ({ piece, lockedTracks }) => {
    if (!piece) return;
    tracks.replaceChildren(...piece.tracks.map((track, index) => h("label", { class: "chip" },
      h("input", { type: "checkbox", checked: !lockedTracks.has(track.id), data: { track: track.id }, onchange: () => store.toggleTrackLock(track.id) }), nameOf(track, index))));
  });
  const rest = [style(store, true), more(words("chords"), mood(), dial("density", null), dial("adventure", 0.5)), drawing()];
  const base = form("inpaint", [
    h("p", { class: "hint" }, t("again.hint")), labelled(t("again.bars"), bars, t("again.bars.hint")),
    h("fieldset", {}, h("legend", {}, t("again.tracks")), tracks), ...rest,
  ]);
  return { ...base, options: () => againOptions(store, bars.value, base.options() ?? {}) };
}

/** @param {Store} store @param {string} wanted @param {Record<string, unknown>} rest */
function againOptions(store, wanted, rest) {
  const { piece, lockedTracks } = store.state;
  if (!piece) return null;
  const refuse = (/** @type {string} */ text) => {
    store.choose({ message: { kind: "error", text } });
    return null;
  };
  const bars = barsFromWords(wanted, piece.n_bars);
  if (!bars) return refuse(t("bars.unknown", { words: wanted, n: piece.n_bars }));
  const free = piece.tracks.map((track, index) => ({ track, index })).filter(({ track }) => !lockedTracks.has(track.id));
  if (!free.length) return refuse(t("again.locked"));
  const some = free.length < piece.tracks.length;
  // a role is a name the server knows; else a track goes by its number
  const names = free.map(({ track, index }) => track.role || String(index + 1));
  return { ...rest, bars: barsInWords(bars), ...(some && { tracks: names.join(",") }) };
}

/** @param {Store} store @returns {Form} */
function extend(store) {
  const after = number("after", { min: "1" });
  const where = choice("where", ["end", "start", "between"].map((value) => ({ value, text: t(`where.${value}`) })), "end");
  const show = () => { after.element.toggleAttribute("hidden", where.options().where !== "between"); };
  where.element.addEventListener("change", show);
  show();
  const base = form("extend", [
    h("p", { class: "hint" }, t("extend.hint")), number("bars", { min: "1", max: "512", value: "8" }), where, after,
    style(store, true), more(words("chords"), mood(), dial("density", null), dial("adventure", 0.5)), drawing(),
  ]);
  return {
    ...base,
    options: () => {
      const { after: bar, ...rest } = base.options() ?? {};
      return rest.where === "between" ? { ...rest, after: bar } : rest;
    },
  };
}
