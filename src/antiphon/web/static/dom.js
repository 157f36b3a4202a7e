/** Making elements; nothing is ever made from text that could hold markup. */

/** @typedef {Node|string|number|null|undefined|false} Child */

/**
 * @param {string} tag
 * @param {Record<string, any>} [props] `class`, `onclick` and other handlers, `data`, attributes
 * @param {...(Child|Child[])} children
 * @returns {any}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "value" || name === "checked") Object.assign(element, { [name]: value });
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(.../** @type {any[]} */ (children.flat().filter((c) => c || c === 0)));
  return element;
}

const PATHS = {
  play: "M7 4v16l13-8z",
  pause: "M6 4h4v16H6zM14 4h4v16h-4z",
  stop: "M5 5h14v14H5z",
  start: "M5 4h3v16H5zM20 4v16L9 12z",
  loop: "M17 2l4 4-4 4V7H8a4 4 0 0 0-4 4v1H2v-1a6 6 0 0 1 6-6h9zM7 22l-4-4 4-4v3h9a4 4 0 0 0 4-4v-1h2v1a6 6 0 0 1-6 6H7z",
  undo: "M8 4L2 10l6 6v-4h6a4 4 0 0 1 0 8h-3v2h3a6 6 0 0 0 0-12H8z",
  redo: "M16 4l6 6-6 6v-4h-6a4 4 0 0 0 0 8h3v2h-3a6 6 0 0 1 0-12h6z",
  lock: "M7 10V7a5 5 0 0 1 10 0v3h2v11H5V10zm2 0h6V7a3 3 0 0 0-6 0z",
  draw: "M3 17.2V21h3.8L18 9.8 14.2 6zM20.7 7a1 1 0 0 0 0-1.4l-2.3-2.3a1 1 0 0 0-1.4 0L15.2 5.1 19 8.9z",
  select: "M5 3l14 8-6 1.5 3.5 6.5-2.6 1.4-3.5-6.5L6 18z",
  export: "M11 3h2v9l3.5-3.5L18 10l-6 6-6-6 1.5-1.5L11 12zM4 18h16v3H4z",
  folder: "M3 5h7l2 2h9v12H3z",
  help: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm1 16h-2v-2h2zm1.9-7.3l-.9.9c-.7.7-1 1.3-1 2.4h-2v-.5c0-1.1.4-2.1 1.1-2.8l1.3-1.3a1.8 1.8 0 1 0-3.1-1.3H8a4 4 0 1 1 6.9 2.6z",
  theme: "M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9z",
  dice: "M4 4h16v16H4zm4 3a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zm8 7a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zm-4-3.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3z",
  star: "M12 2l3 6.6 7 .8-5.2 4.8 1.4 7L12 17.7 5.8 21.2l1.4-7L2 9.4l7-.8z",
  delete: "M6 7h12l-1 14H7zM9 3h6l1 2h4v2H4V5h4z",
  plus: "M11 4h2v7h7v2h-7v7h-2v-7H4v-2h7z",
  minus: "M4 11h16v2H4z",
  volume: "M3 9v6h4l5 5V4L7 9zM15 8a5 5 0 0 1 0 8zm0-4a9 9 0 0 1 0 16v-2a7 7 0 0 0 0-12z",
  close: "M6 4.6L4.6 6l6 6-6 6L6 19.4l6-6 6 6 1.4-1.4-6-6 6-6L18 4.6l-6 6z",
  fit: "M3 9V3h6v2H5v4zm18 0V3h-6v2h4v4zM3 15v6h6v-2H5v-4zm18 0v6h-6v-2h4v-4z",
};

/** @param {keyof typeof PATHS} name @returns {SVGElement} */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}

/**
 * A button with a picture only; its name is read out and shown on hovering.
 * @param {keyof typeof PATHS} picture
 * @param {string} name
 * @param {(event: MouseEvent) => void} onclick
 * @param {Record<string, any>} [props]
 */
export function iconButton(picture, name, onclick, props = {}) {
  return h(
    "button",
    { type: "button", class: "icon-button", "aria-label": name, title: name, onclick, ...props },
    icon(picture),
  );
}

/**
 * @param {string} label
 * @param {Element} field
 * @param {string} [hint]
 */
export function labelled(label, field, hint) {
  return h(
    "label",
    { class: "field" },
    h("span", { class: "field-name" }, label),
    field,
    hint && h("span", { class: "hint" }, hint),
  );
}

/**
 * @param {{value: string, text: string}[]} choices
 * @param {string} value
 * @param {Record<string, any>} [props]
 */
export function select(choices, value, props = {}) {
  const options = choices.map((choice) =>
    h("option", { value: choice.value, selected: choice.value === value }, choice.text),
  );
  return h("select", props, options);
}

/** A canvas drawn at the screen's own resolution. @param {HTMLCanvasElement} canvas */
export function context2d(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
