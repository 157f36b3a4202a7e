/**
 * One form for each verb: what it asks for, and what it tells the server.
 * @import {Store} from "../store.js"
 * @import {Field} from "./ask-fields.js"
 */
import { h, labelled } from "../dom.js";
import { named, t } from "../i18n/index.js";
import { moving } from "../music/mood.js";
import { barsFromWords, barsInWords } from "../music/time.js";
import {
  choice,
  dial,
  drawing,
  fileButton,
  key,
  mood,
  moodAtEnd,
  more,
  number,
  parts,
  sliders,
  style,
  words,
} from "./ask-fields.js";
import { takeIn } from "./drop-zone.js";
import { nameOf } from "./track-list.js";

/**
 * @typedef {object} Form
 * @property {string} verb        of the server
 * @property {Element} element
 * @property {() => Record<string, unknown>|null} options  null when something is to be put right first
 * @property {() => string[]} [takes]  that it works on; the one in hand when left out
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

/**
 * Forms by the name of their tab; of verbs that the server has.
 * @param {Store} store
 * @returns {Record<string, Form>}
 */
export function forms(store) {
  const { about } = store.state;
  const metres = about.metres.map((/** @type {string} */ name) => ({ value: name, text: name }));
  const compose = form("compose", [
    style(store),
    number("bars", { min: "1", max: "512", value: "16" }),
    key(),
    words("chords"),
    mood(),
    more(
      moodAtEnd(),
      words("form"),
      choice("metre", metres, "4/4"),
      number("tempo", { min: "20", max: "300" }),
      parts(about.roles, about.instruments),
      ...sliders(store),
    ),
    drawing(),
  ]);
  return {
    compose: { ...compose, options: () => moving(compose.options() ?? {}) },
    again: again(store),
    accompany: form("accompany", [
      h("p", { class: "hint" }, t("accompany.hint")),
      fileButton((file) => void takeIn(store, file)),
      style(store, true),
      parts(about.roles, about.instruments),
      more(words("chords"), key(), mood(), ...sliders(store)),
      drawing(),
    ]),
    extend: extend(store),
    vary: form("vary", [
      h("p", { class: "hint" }, t("vary.hint")),
      dial("strength", 0.4),
      style(store, true),
      more(mood(), ...sliders(store)),
      drawing(),
    ]),
    ...(optionsOf(store, "convert") && { convert: convert(store) }),
    ...(optionsOf(store, "interpolate") && { between: between(store) }),
  };
}

/** What the server says of a verb's options, by name. @param {Store} store @param {string} verb @returns {Record<string, any>|null} */
function optionsOf(store, verb) {
  const found = store.state.about.verbs.find((/** @type {{name: string}} */ each) => each.name === verb);
  return found
    ? Object.fromEntries(found.options.map((/** @type {{name: string}} */ option) => [option.name, option]))
    : null;
}

const CONVERTIBLE = ["pop", "classical", "folk", "jazz"];
const MOODS = ["happy", "tense", "sad", "calm"]; // the quarters of valence and arousal

/** Another style, mood or band for the take in hand. @param {Store} store @returns {Form} */
function convert(store) {
  const known = optionsOf(store, "convert") ?? {};
  const { roles, instruments } = store.state.about;
  const open = (/** @type {string} */ name, /** @type {string[]} */ usual) =>
    choice(
      name,
      [
        { value: "", text: t("as.it.is") },
        ...(known[name]?.choices ?? usual).map((/** @type {string} */ value) => ({
          value,
          text: named(name, value),
        })),
      ],
      "",
    );
  return form("convert", [
    h("p", { class: "hint" }, t("convert.hint")),
    open("style", CONVERTIBLE),
    open("mood", MOODS),
    dial("strength", 0.5),
    parts(roles, instruments),
    drawing(),
  ]);
}

/** Pieces on the way from A to B. @param {Store} store @returns {Form} */
function between(store) {
  const base = form("interpolate", [
    h("p", { class: "hint" }, t("between.hint")),
    number("steps", { min: "3", max: "16", value: "4" }),
    style(store, true),
  ]);
  return {
    ...base,
    takes: () => [store.state.compare.a, store.state.compare.b],
    options: () => {
      const { a, b } = store.state.compare;
      if (a && b) return base.options();
      store.choose({ message: { kind: "error", text: t("between.missing") } });
      return null;
    },
  };
}

/** Bars and tracks that are not locked, made again. @param {Store} store @returns {Form} */
function again(store) {
  const bars = h("input", { type: "text", inputmode: "numeric", spellcheck: "false", autocomplete: "off" });
  const tracks = h("div", { class: "free-tracks" });
  let written = false;
  bars.addEventListener("input", () => {
    written = bars.value.trim() !== "";
  });
  store.on(["piece", "loop", "lockedBars"], ({ piece }) => {
    if (!piece || (written && document.activeElement === bars)) return;
    written = false;
    bars.value = barsInWords(store.freeBars());
  });
  store.on(["piece", "lockedTracks"], ({ piece, lockedTracks }) => {
    if (!piece) return;
    tracks.replaceChildren(
      ...piece.tracks.map((track, index) =>
        h(
          "label",
          { class: "chip" },
          h("input", {
            type: "checkbox",
            checked: !lockedTracks.has(track.id),
            data: { track: track.id },
            onchange: () => store.toggleTrackLock(track.id),
          }),
          nameOf(track, index),
        ),
      ),
    );
  });
  const rest = [style(store, true), more(words("chords"), mood(), ...sliders(store)), drawing()];
  const base = form("inpaint", [
    h("p", { class: "hint" }, t("again.hint")),
    labelled(t("again.bars"), bars, t("again.bars.hint")),
    h("fieldset", {}, h("legend", {}, t("again.tracks")), tracks),
    ...rest,
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
  const free = piece.tracks
    .map((track, index) => ({ track, index }))
    .filter(({ track }) => !lockedTracks.has(track.id));
  if (!free.length) return refuse(t("again.locked"));
  const some = free.length < piece.tracks.length;
  // a role is a name the server knows; else a track goes by its number
  const names = free.map(({ track, index }) => track.role || String(index + 1));
  return { ...rest, bars: barsInWords(bars), ...(some && { tracks: names.join(",") }) };
}

/** @param {Store} store @returns {Form} */
function extend(store) {
  const after = number("after", { min: "1" });
  const where = choice(
    "where",
    ["end", "start", "between"].map((value) => ({ value, text: t(`where.${value}`) })),
    "end",
  );
  const show = () => {
    after.element.toggleAttribute("hidden", where.options().where !== "between");
  };
  where.element.addEventListener("change", show);
  show();
  const base = form("extend", [
    h("p", { class: "hint" }, t("extend.hint")),
    number("bars", { min: "1", max: "512", value: "8" }),
    where,
    after,
    style(store, true),
    more(words("chords"), mood(), ...sliders(store)),
    drawing(),
  ]);
  return {
    ...base,
    options: () => {
      const { after: bar, ...rest } = base.options() ?? {};
      return rest.where === "between" ? { ...rest, after: bar } : rest;
    },
  };
}
