/**
 * The server's sentences in Chinese. They are looked up by their English form, as catalogues of
 * programs are; tests go through the server's source for forms that are missing here.
 */
import { REASONS } from "./reasons.js";
import { MUSIC_REFUSALS } from "./refusals-music.js";
import { REFUSALS } from "./refusals.js";
import { WORDS } from "./words.js";

/** @type {Readonly<Record<string, string>>} */
export const SENTENCES = Object.freeze({ ...REFUSALS, ...MUSIC_REFUSALS, ...REASONS });

const GAP = /\{(\w+)\}/g;
const SIGNS = /[.*+?^${}()|[\]\\]/g; // that mean something in a pattern
/** Gaps for what people have written, which is never translated; of some the server says so by quotation marks. */
const QUOTED = ["bass", "chord", "form", "text", "word"];
const VERBATIM = [...QUOTED, "file", "folder", "near", "title", "value"];

/** @typedef {{pattern: RegExp, gaps: string[], chinese: string}} Form */
/** @type {Form[]|undefined} */
let forms;

/** What may stand in a gap. @param {string} name */
function gap(name) {
  if (name === "more") return "( .*)?"; // is often left out
  return QUOTED.includes(name) ? `('.*?'|".*?")` : "(.*?)";
}

/** Forms by how much of them is always the same, the most first: little fits more than it means. */
function known() {
  const fixed = (/** @type {string} */ english) => english.replace(GAP, "").length;
  forms ??= Object.entries(SENTENCES)
    .sort(([one], [other]) => fixed(other) - fixed(one))
    .map(([english, chinese]) => {
      const parts = english.split(GAP); // what stays and names of gaps, in turn
      const pattern = parts.map((part, index) => (index % 2 ? gap(part) : part.replace(SIGNS, "\\$&")));
      return {
        pattern: new RegExp(`^${pattern.join("")}$`, "s"),
        gaps: parts.filter((_, index) => index % 2),
        chinese,
      };
    });
  return forms;
}

/** @param {string} english @returns {string|undefined} nothing where it is not known */
export function inChinese(english) {
  for (const { pattern, gaps, chinese } of known()) {
    const found = pattern.exec(english);
    if (found) return filled(chinese, new Map(gaps.map((name, index) => [name, found[index + 1]])));
  }
}

/** @param {string} chinese @param {Map<string, string>} values by gap */
function filled(chinese, values) {
  const value = (/** @type {string} */ name) => values.get(name) ?? "";
  return chinese
    .replace(/\[([^\]]*)\]/g, (_, part) =>
      [...part.matchAll(GAP)].every(([, name]) => translated(name, value(name)) !== undefined) ? part : "",
    )
    .replace(GAP, (_, name) => translated(name, value(name)) ?? plain(value(name)));
}

/** What stands in a gap, in Chinese, where there is any. @param {string} name @param {string} value */
function translated(name, value) {
  const text = plain(value);
  if (VERBATIM.includes(name)) return;
  const words = text.split(", ").map((word) => WORDS[word]);
  return words.every(Boolean) ? words.join("、") : inChinese(text);
}

/** Without the quotation marks that the server puts around what people write. @param {string} value */
function plain(value) {
  return value.trim().replace(/^(['"])(.*)\1$/s, "$2");
}
