/** Colours of the page's theme, for what is drawn on canvas. */

const HUES = 8;

/** @typedef {{ink: string, faint: string, line: string, bar: string, row: string, paper: string,
 *   accent: string, mark: string, tracks: string[], font: string, text: number}} Colours  `text`: pixels of small text */

/** @type {Colours|null} */
let known = null;

/** @returns {Colours} as the style sheet has them for the theme of now */
export function colours() {
  known ??= read();
  return known;
}

/** Be told when the theme turns. @param {() => void} tell */
export function onTheme(tell) {
  const turned = () => {
    known = null;
    tell();
  };
  document.addEventListener("antiphon-theme", turned);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", turned);
}

/** @returns {Colours} */
function read() {
  const probe = document.createElement("span");
  document.body.append(probe);
  const get = (/** @type {string} */ name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const root = getComputedStyle(document.documentElement);
  const found = {
    ink: get("ink"),
    faint: get("ink-faint"),
    line: get("grid"),
    bar: get("grid-bar"),
    row: get("row-black"),
    paper: get("paper"),
    accent: get("accent"),
    mark: get("mark"),
    tracks: Array.from({ length: HUES }, (_, index) => get(`track-${index}`)),
    font: root.fontFamily,
    text: 0.73 * parseFloat(root.fontSize),
  };
  probe.remove();
  return found;
}

/** @param {number} index of a track @returns {string} the class that colours its parts of the page */
export function trackClass(index) {
  return `track-${index % HUES}`;
}
