/**
 * How takes were judged: the server's sentences, of a few forms, in Chinese.
 */
/** What is measured of bars. @type {Record<string, string>} */
const MEASURES = {
  "notes in the bar": "每小节音符数",
  "notes of the melody": "旋律音符数",
  "melody notes foreign to the chord": "旋律的和弦外音",
  "widest leap of the melody": "旋律最大的跳进",
  "accompaniment foreign to the chord": "伴奏的和弦外音",
  "sounding pitches": "同时发声的音高数",
  silence: "静默",
  "harsh seconds": "刺耳的二度",
};
/** What is found of the chords of a given piece. @type {Record<string, string>} */
const CHORDS = {
  given: "已给出",
  "found among its notes": "从音符中得出",
  "chosen to fit its notes": "为配合音符而选",
};

/** @param {Record<string, string>} table @param {string} name */
const of = (table, name) => table[name] ?? name;

/** @type {[RegExp, (...parts: string[]) => string][]} */
const FORMS = [
  [/^on average (\S+) standard deviations from real songs$/, (far) => `平均与真实歌曲相差 ${far} 个标准差`],
  [
    /^the discriminator is (\S+) sure that it is real, least of bar (\d+) \((\S+)\)$/,
    (sure, bar, least) => `判别器有 ${sure} 的把握认为它是真的，第 ${bar} 小节最低（${least}）`,
  ],
  [
    /^(.+): (\S+) deviations (more|less) than usual \((\S+)\)$/,
    (name, far, way, usual) =>
      `${of(MEASURES, name)}：比平常（${usual}）${way === "more" ? "多" : "少"} ${far} 个标准差`,
  ],
  [
    /^bar (\d+) kept with (.+?) ([-\d.e+]+)[a-z ]* \(real (\S+) to (\S+)\)$/,
    (bar, name, value, low, high) =>
      `第 ${bar} 小节保留：${of(MEASURES, name)} ${value}（真实歌曲 ${low} 至 ${high}）`,
  ],
  [/^heard in (.+); its chords were (.+)$/, (key, how) => `听作 ${key}；和弦${of(CHORDS, how)}`],
  [
    /^(\d+) of its bars \(from bar (\d+) on, in (.+)\) cannot be written and are left as they are$/,
    (n, bar, metres) => `其中 ${n} 小节（自第 ${bar} 小节起，${metres} 拍）无法重写，保持原样`,
  ],
  [/^one of the two ends, as it was given$/, () => "两端之一，保持原样"],
];

/** A sentence of the server in Chinese; one that is not known is left as it is. @param {string} sentence */
export function inChinese(sentence) {
  for (const [form, told] of FORMS) {
    const found = form.exec(sentence);
    if (found) return told(...found.slice(1));
  }
  return sentence;
}
