/** How takes were judged, in Chinese, as in `refusals.js`. @type {Record<string, string>} */
export const REASONS = Object.freeze({
  "on average {far} standard deviations from real songs": "平均与真实歌曲相差 {far} 个标准差",
  "the discriminator is {sure} sure that it is real, least of bar {bar} ({least})":
    "判别器有 {sure} 的把握认为它是真的，第 {bar} 小节最低（{least}）",
  "{measure}: {far} deviations more than usual ({usual})": "{measure}：比平常（{usual}）多 {far} 个标准差",
  "{measure}: {far} deviations less than usual ({usual})": "{measure}：比平常（{usual}）少 {far} 个标准差",
  "bar {bar} kept with {found} (real {low} to {high})":
    "第 {bar} 小节保留：{found}（真实歌曲 {low} 至 {high}）",
  "notes in the bar {n}": "每小节音符数 {n}",
  "notes of the melody {n}": "旋律音符数 {n}",
  "melody notes foreign to the chord {n} of the time": "旋律的和弦外音占 {n}",
  "widest leap of the melody {n} semitones": "旋律最大的跳进 {n} 个半音",
  "accompaniment foreign to the chord {n} of the time": "伴奏的和弦外音占 {n}",
  "sounding pitches {n}": "同时发声的音高数 {n}",
  "silence {n} of the bar": "静默占 {n}",
  "harsh seconds {n} of the time": "刺耳的二度占 {n}",
  "heard in {key}; its chords were {how}": "听作 {key}；和弦{how}",
  "{tonic} major": "{tonic} 大调",
  "{tonic} minor": "{tonic} 小调",
  "{n} of its bars (from bar {bar} on, in {metres}) cannot be written and are left as they are":
    "其中 {n} 小节（自第 {bar} 小节起，{metres} 拍）无法重写，保持原样",
  "one of the two ends, as it was given": "两端之一，保持原样",
  "left out: {n} notes, {reason}": "略去 {n} 个音符：{reason}",
});
