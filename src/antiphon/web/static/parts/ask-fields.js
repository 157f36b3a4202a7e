/**
 * Fields that several verbs ask for; each tells its options, and nothing of what was left open.
 * @import {Option} from "../types.js"
 */
import { h, icon, iconButton, labelled, select } from "../dom.js";
import { instruments, named, t } from "../i18n/index.js";
import { TONICS } from "../music/names.js";
import "./mood-pad.js";

/**
 * @typedef {object} Field
 * @property {Element} element
 * @property {() => Record<string, unknown>} options
 */

/** @param {Option} option @param {Record<string, any>} [props] @returns {Field} a whole number, or open */
export function number({ name, min, max }, props) {
  const input = h("input", { type: "number", step: "1", placeholder: t("open"), min, max, ...props });
  return {
    element: labelled(t(`ask.${name}`), input),
    options: () => (input.value === "" ? {} : { [name]: Number(input.value) }),
  };
}

/** @param {string} name @param {(written: string) => string} [meant] as the server reads it @returns {Field} */
export function words(name, meant = (text) => text) {
  const input = h("input", {
    type: "text",
    placeholder: t(`ask.${name}.example`),
    spellcheck: "false",
    autocomplete: "off",
    maxlength: "400",
  });
  return {
    element: labelled(t(`ask.${name}`), input),
    options: () => (input.value.trim() ? { [name]: meant(input.value.trim()) } : {}),
  };
}

/**
 * One of an option's choices; where nothing is usual, `open` says what leaving it open means.
 * @param {Option} option
 * @param {(value: string) => string} text of a choice
 * @param {string} [open]
 * @returns {Field}
 */
export function choice({ name, choices = [], default: usual }, text, open = t("open")) {
  const known = choices.map((value) => ({ value, text: text(value) }));
  const input = select(usual === null ? [{ value: "", text: open }, ...known] : known, String(usual ?? ""));
  return {
    element: labelled(t(`ask.${name}`), input),
    options: () => (input.value ? { [name]: input.value } : {}),
  };
}

/** A slider from 0 to 1 that is open until it is touched, unless something is usual. @param {Option} option @returns {Field} */
export function dial({ name, default: usual }) {
  let touched = usual !== null;
  const input = h("input", { type: "range", min: "0", max: "1", step: "0.05", value: String(usual ?? 0.5) });
  const shown = h("output", { class: "hint" });
  const show = () => {
    shown.textContent = touched ? `${Math.round(100 * Number(input.value))} %` : t("open");
  };
  input.addEventListener("input", () => {
    touched = true;
    show();
  });
  input.addEventListener("dblclick", () => {
    touched = usual !== null;
    input.value = String(usual ?? 0.5);
    show();
  });
  show();
  const ends = h(
    "span",
    { class: "ends", "aria-hidden": "true" },
    h("small", {}, t(`ask.${name}.low`)),
    h("small", {}, t(`ask.${name}.high`)),
  );
  return {
    element: h(
      "label",
      { class: "field" },
      h("span", { class: "field-name" }, t(`ask.${name}`), " ", shown),
      input,
      ends,
    ),
    options: () => (touched ? { [name]: Number(input.value) } : {}),
  };
}

/**
 * The style; where a given piece is worked on, that of the take in hand until one is chosen.
 * @param {import("../store.js").Store} store
 * @param {boolean} [follows]
 * @returns {Field}
 */
export function style(store, follows = false) {
  const { styles, plan } = /** @type {{styles: string[], plan: Option[]}} */ (store.state.about);
  const usual = plan.find(({ name }) => name === "style")?.default;
  const known = (/** @type {unknown} */ name) => styles.find((each) => each === name);
  const input = select(
    styles.map((name) => ({ value: name, text: named("style", name) })),
    known(usual) ?? styles[0],
  );
  if (follows)
    store.on(["take"], ({ take }) => {
      input.value = known(take?.plan?.style) ?? input.value;
    });
  return { element: labelled(t("ask.style"), input), options: () => ({ style: input.value }) };
}

/** @param {string[]} modes @returns {Field} key and mode side by side */
export function key(modes) {
  const tonic = select(
    [
      { value: "", text: t("open") },
      ...TONICS.map((name) => ({ value: name, text: name.replace("b", "♭").replace("#", "♯") })),
    ],
    "",
    { "aria-label": t("ask.key") },
  );
  const mode = select(
    [{ value: "", text: t("open") }, ...modes.map((name) => ({ value: name, text: named("mode", name) }))],
    "",
    { "aria-label": t("ask.mode") },
  );
  return {
    element: h(
      "div",
      { class: "field" },
      h("span", { class: "field-name" }, t("ask.key")),
      h("div", { class: "row" }, tonic, mode),
    ),
    options: () => ({ ...(tonic.value && { key: tonic.value }), ...(mode.value && { mode: mode.value }) }),
  };
}

/**
 * Which parts play, and by which instrument.
 * @param {{id: string, name: string}[]} roles
 * @param {string[]} programNames as the server has them
 * @returns {Field}
 */
export function parts(roles, programNames) {
  const programs = [
    { value: "", text: t("usual") },
    ...instruments(programNames).map((text, value) => ({ value: String(value), text })),
  ];
  const rows = roles.map(({ id }) => {
    const name = named("role", id);
    const on = h("input", { type: "checkbox", checked: false });
    const by =
      id === "drums" ? null : select(programs, "", { "aria-label": t("track.instrument", { name }) });
    return { id, on, by, element: h("div", { class: "part-row" }, h("label", {}, on, name), by) };
  });
  const element = h(
    "fieldset",
    { class: "parts" },
    h("legend", {}, t("ask.instruments")),
    rows.map((row) => row.element),
    h("p", { class: "hint" }, t("ask.instruments.hint")),
  );
  for (const { on, by } of rows)
    by?.addEventListener("change", () => {
      if (by.value) on.checked = true;
    });
  return {
    element,
    options: () => {
      const chosen = rows.filter(({ on }) => on.checked);
      const named = chosen.map(({ id, by }) => (by?.value ? `${id}=${by.value}` : id));
      return named.length ? { instruments: named.join(",") } : {};
    },
  };
}

/** @param {string} name */
function pad(name) {
  const made = /** @type {import("./mood-pad.js").MoodPad} */ (document.createElement("mood-pad"));
  return { element: h("fieldset", {}, h("legend", {}, t(`ask.${name}`)), made), pad: made };
}

/** @returns {Field} */
export function mood() {
  const { element, pad: field } = pad("mood");
  return { element, options: () => (field.value ? { ...field.value } : {}) };
}

/** A mood to arrive at in the last bar, as `end`; see `music/mood.js`. @returns {Field} */
export function moodAtEnd() {
  const { element, pad: field } = pad("mood.end");
  return { element, options: () => (field.value ? { end: field.value } : {}) };
}

/** A dial for whatever of the plan goes from 0 to 1. @param {Option[]} plan @returns {Field[]} */
export function sliders(plan) {
  return plan.filter(({ type, min, max }) => type === "number" && min === 0 && max === 1).map(dial);
}

/** How many takes, and by which seed; a new one each time unless it is written. @returns {Field} */
export function drawing() {
  const many = select(
    ["1", "2", "3", "4"].map((value) => ({ value, text: value })),
    "1",
  );
  const seed = h("input", { type: "number", min: "0", step: "1", placeholder: t("ask.seed.new") });
  const dice = iconButton("dice", t("ask.seed.clear"), () => {
    seed.value = "";
  });
  return {
    element: h(
      "div",
      { class: "row pair" },
      labelled(t("ask.count"), many),
      labelled(t("ask.seed"), h("span", { class: "row" }, seed, dice)),
    ),
    options: () => ({
      count: Number(many.value),
      seed: seed.value === "" ? Math.floor(Math.random() * 1e6) : Number(seed.value),
    }),
  };
}

/** @param {Field[]} fields @returns {Field} less often wanted ones, folded away */
export function more(...fields) {
  return {
    element: h(
      "details",
      { class: "more" },
      h("summary", {}, t("more")),
      fields.map((field) => field.element),
    ),
    options: () => Object.assign({}, ...fields.map((field) => field.options())),
  };
}

/** @param {string[]} suffixes of files that can be read @param {(file: File) => void} take @returns {HTMLElement} */
export function fileButton(suffixes, take) {
  const file = h("input", {
    type: "file",
    accept: suffixes.map((suffix) => `.${suffix}`).join(","),
    class: "said",
    tabindex: "-1",
    "aria-hidden": "true",
    onchange: () => {
      if (file.files?.[0]) take(file.files[0]);
      file.value = "";
    },
  });
  return h(
    "div",
    { class: "bring" },
    h("button", { type: "button", onclick: () => file.click() }, icon("folder"), t("ask.bring")),
    file,
    h("p", { class: "hint" }, t("ask.bring.hint")),
  );
}
