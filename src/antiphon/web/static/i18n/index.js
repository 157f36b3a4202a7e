/** Texts in the person's language; every text of the page is in `en.js` and `zh.js`. */
import { en } from "./en.js";
import { ZH } from "./instruments.js";
import { STATUS } from "./refusals.js";
import { inChinese } from "./sentences.js";
import { zh } from "./zh.js";

/** @type {Record<string, Record<string, string>>} */
const LANGUAGES = { en, zh };
const KEY = "antiphon.language";

/** @returns {string} what was chosen before, else what the browser asks for */
function preferred() {
  const wanted = localStorage.getItem(KEY) ?? navigator.language.slice(0, 2);
  return wanted in LANGUAGES ? wanted : "en";
}

export const language = preferred();

/** Change the language; the page is made anew. @param {string} wanted */
export function speak(wanted) {
  localStorage.setItem(KEY, wanted);
  location.reload();
}

/**
 * @param {string} key
 * @param {Record<string, string|number>} [values] put in for `{name}`
 */
export function t(key, values = {}) {
  const text = LANGUAGES[language][key] ?? en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/**
 * Like `t`, for names that the server may add to.
 * @param {string} group
 * @param {string} name
 * @param {string} [otherwise] is shown where it is not known; as it is, when left out
 */
export function named(group, name, otherwise = name) {
  const key = `${group}.${name}`;
  return LANGUAGES[language][key] ?? en[key] ?? otherwise;
}

/** Instruments by program. @param {string[]} english as the server calls them @returns {readonly string[]} */
export function instruments(english) {
  return language === "zh" ? ZH : english;
}

/**
 * A sentence of the server's.
 * @param {string} english
 * @param {number} [status] of a refusal; says what it is about where the sentence is not known
 */
export function told(english, status) {
  if (language !== "zh" || !english) return english;
  return inChinese(english) ?? `${STATUS[status ?? 0] ?? ""} ${english}`.trim();
}
