/** Two rows of the computer keyboard as a piano, by the place of the keys whatever is printed on them. */

const ROWS = [
  { from: 0, codes: "KeyZ KeyS KeyX KeyD KeyC KeyV KeyG KeyB KeyH KeyN KeyJ KeyM" },
  { from: 12, codes: "Comma KeyL Period Semicolon Slash" },
  { from: 12, codes: "KeyQ Digit2 KeyW Digit3 KeyE KeyR Digit5 KeyT Digit6 KeyY Digit7 KeyU" },
  { from: 24, codes: "KeyI Digit9 KeyO Digit0 KeyP" },
];

/** @type {Map<string, number>} semitones above the lowest C, by `KeyboardEvent.code` */
const STEPS = new Map(
  ROWS.flatMap(({ from, codes }) => codes.split(" ").map((code, step) => [code, from + step])),
);

/** @param {string} code @returns {number|undefined} semitones above the lowest C */
export const stepOf = (code) => STEPS.get(code);

/** What is written on a key of the piano: the first letter that plays it. @param {number} step @returns {string} */
export function letterOf(step) {
  const found = [...STEPS].findLast(([, each]) => each === step);
  return found ? found[0].replace(/^(Key|Digit)/, "") : "";
}

/** Whether what is pressed is meant for the field that has the focus. @param {EventTarget|null} target */
export function isWriting(target) {
  const field = "input:not([type=range]), select, textarea, dialog";
  return target instanceof Element && target.closest(field) !== null;
}
