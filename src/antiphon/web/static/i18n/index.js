/** Texts in the person's language; every text of the page is in `en.js` and `zh.js`. */
import { en } from "./en.js";
import { ZH } from "./instruments.js";
import { inChinese } from "./reasons.js";
import { REFUSALS } from "./refusals.js";
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

/** Like `t`, for names that the server may add to: what is not known is shown as it is. @param {string} group @param {string} name */
export function named(group, name) {
  const key = `${group}.${name}`;
  return LANGUAGES[language][key] ?? en[key] ?? name;
}

/** Instruments by program. @param {string[]} english as the server calls them @returns {readonly string[]} */
export function instruments(english) {
  return language === "zh" ? ZH : english;
}

/** How a take was judged. @param {string} english the server's sentence */
export function reason(english) {
  return language === "zh" ? inChinese(english) : english;
}

/** What a refusal of the server's begins with where the page is not in English. @param {number|undefined} status */
export function refused(status) {
  return (language === "zh" && REFUSALS[status ?? 0]) || "";
}
