/**
 * One form for each verb: what it asks for, and what it tells the server.
 * @import {Store} from "../store.js"
 * @import {Field} from "./ask-fields.js"
 * @import {Option} from "../types.js"
 */
import { h, labelled } from "../dom.js";
import { named, t } from "../i18n/index.js";
import { nameOf, sectionsMeant } from "../i18n/names.js";
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
import { LatentMap } from "./latent-map.js";

/**
 * @typedef {object} Form
 * @property {string} verb        of the server
 * @property {Element} element
 * @property {() => Record<string, unknown>|null} options  null when something is to be put right first
 * @property {() => string[]} [takes]  that it works on; the one in hand when left out
 * @property {(options: Record<string, unknown>) => Promise<boolean|undefined>} [keep]  where it is made already
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
 * @param {import("./part.js").Studio} studio
 * @returns {Record<string, Form>}
 */
export function forms(studio) {
  const { store } = studio;
  const { about } = store.state;
  const { bars, metre, tempo } = optionsOf(store, "compose");
  const compose = form("compose", [
    style(store),
    number(bars, { value: "16" }),
    key(about.modes),
    words("chords"),
    mood(),
    more(
      moodAtEnd(),
      words("form", sectionsMeant),
      choice(metre, String),
      number(tempo),
      parts(about.roles, about.instruments),
      ...sliders(about.plan),
    ),
    drawing(),
  ]);
  return {
    compose: { ...compose, options: () => moving(compose.options() ?? {}) },
    again: again(store),
    accompany: form("accompany", [
      h("p", { class: "hint" }, t("accompany.hint")),
      fileButton(about.formats.suffixes, (file) => void takeIn(store, file)),
      style(store, true),
      parts(about.roles, about.instruments),
      more(words("chords"), key(about.modes), mood(), ...sliders(about.plan)),
      drawing(),
    ]),
    extend: extend(store),
    vary: form("vary", [
      h("p", { class: "hint" }, t("vary.hint")),
      dial(optionsOf(store, "vary").strength),
      style(store, true),
      more(mood(), ...sliders(about.plan)),
      drawing(),
    ]),
    ...(has(store, "convert") && { convert: convert(store) }),
    ...(has(store, "interpolate") && { between: between(store) }),
    ...(has(store, "wander") && { map: map(studio) }),
  };
}

/** @param {Store} store @param {string} name @returns {{options: Option[]}|undefined} */
function has(store, name) {
  return store.state.about.verbs.find((/** @type {{name: string}} */ verb) => verb.name === name);
}

/** What the server says of the options of the plan and of a verb, by name. @param {Store} store @param {string} verb @returns {Record<string, Option>} */
function optionsOf(store, verb) {
  const options = [...store.state.about.plan, ...(has(store, verb)?.options ?? [])];
  return Object.fromEntries(options.map((option) => [option.name, option]));
}

/** Another style, mood or band for the take in hand. @param {Store} store @returns {Form} */
function convert(store) {
  const known = optionsOf(store, "convert");
  const { roles, instruments } = store.state.about;
  return form("convert", [
    h("p", { class: "hint" }, t("convert.hint")),
    choice(known.style, (value) => named("style", value), t("as.it.is")),
    choice(known.mood, (value) => named("mood", value), t("as.it.is")),
    dial(known.strength),
    parts(roles, instruments),
    drawing(),
  ]);
}

/** Pieces on the way from A to B. @param {Store} store @returns {Form} */
function between(store) {
  const { limits } = store.state.about;
  const base = form("interpolate", [
    h("p", { class: "hint" }, t("between.hint")),
    number(optionsOf(store, "interpolate").steps, { min: "3", max: limits.count, value: "4" }),
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

/** A place of the map of a style. @param {import("./part.js").Studio} studio @returns {Form} */
function map(studio) {
  const { store } = studio;
  const chosen = style(store, true);
  const field = new LatentMap();
  field.begin(studio);
  const turn = () => field.show(String(chosen.options().style));
  chosen.element.addEventListener("change", turn);
  turn();
  const base = form("wander", [h("p", { class: "hint" }, t("map.about")), chosen, field]);
  return {
    ...base,
    keep: (here) => store.keepPlace(here),
    options: () => {
      if (!field.value) store.choose({ message: { kind: "info", text: t("map.hint") } });
      return field.value;
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
  const { plan } = store.state.about;
  const rest = [style(store, true), more(words("chords"), mood(), ...sliders(plan)), drawing()];
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
  const known = optionsOf(store, "extend");
  const after = number(known.after, { min: "1" });
  const where = choice(known.where, (value) => t(`where.${value}`));
  const show = () => {
    after.element.toggleAttribute("hidden", where.options().where !== "between");
  };
  where.element.addEventListener("change", show);
  show();
  const base = form("extend", [
    h("p", { class: "hint" }, t("extend.hint")),
    number(known.bars, { value: known.bars.default }),
    where,
    after,
    style(store, true),
    more(words("chords"), mood(), ...sliders(store.state.about.plan)),
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
