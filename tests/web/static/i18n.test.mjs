import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { en } from "../../../src/antiphon/web/static/i18n/en.js";
import { ZH } from "../../../src/antiphon/web/static/i18n/instruments.js";
import { inChinese } from "../../../src/antiphon/web/static/i18n/sentences.js";
import { zh } from "../../../src/antiphon/web/static/i18n/zh.js";

const ROOT = new URL("../../../src/antiphon/web/static/", import.meta.url);

test("both languages have the same texts with the same gaps", () => {
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
  const gaps = (text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
  for (const key of Object.keys(en)) assert.deepEqual(gaps(zh[key]), gaps(en[key]), key);
});

test("every text that the page asks for is there, and every text is asked for", () => {
  const files = readdirSync(ROOT, { recursive: true }).filter(
    (name) => name.endsWith(".js") && (!name.startsWith("i18n") || name.endsWith("names.js")),
  );
  const source = files.map((name) => readFileSync(new URL(name, ROOT), "utf8")).join("\n");
  const asked = [...source.matchAll(/\bt\("([^"]+)"/g)].map((found) => found[1]);
  for (const key of asked) assert.ok(key in en, key);
  // keys that are put together, by how they begin and end
  const made = [...source.matchAll(/\bt\(`([^`]*)`/g)].map((found) => found[1].split(/\$\{[^}]*\}/));
  const groups = [...source.matchAll(/\bnamed\("(\w+)"/g)].map((found) => [`${found[1]}.`, ""]);
  const shown = [...source.matchAll(/"!(\w+)"/g)].map((found) => found[1]);
  const known = new Set([...asked, ...shown]);
  const fits = (key) =>
    [...made, ...groups].some(([begin, ...rest]) => key.startsWith(begin) && key.endsWith(rest.at(-1) ?? ""));
  for (const key of Object.keys(en)) assert.ok(known.has(key) || fits(key), `nobody asks for ${key}`);
});

test("how the first piece was judged is told in Chinese", () => {
  const first = JSON.parse(readFileSync(new URL("../_first_piece.json", ROOT), "utf8"));
  for (const reason of first.told.reasons) assert.doesNotMatch(inChinese(reason) ?? reason, /[a-z]/i, reason);
});

test("all instruments have Chinese names of their own", () => {
  assert.equal(new Set(ZH).size, 128);
  assert.deepEqual([ZH[0], ZH[40], ZH[73], ZH[37]], ["大钢琴", "小提琴", "长笛", "击弦贝斯 2"]);
});
