/** What is refused of files, pieces and wishes, in Chinese, as in `refusals.js`. */

/** Of files that are read and written. @type {Record<string, string>} */
const FILES = {
  "{file}: cannot {verb} {kind}; can {verb}: {known}.": "“{file}”：无法{verb}{kind}；可以{verb}：{known}。",
  "{file}: cannot {verb} {kind} as sound; can {verb}: {known}.":
    "“{file}”：无法作为声音{verb}{kind}；可以{verb}：{known}。",
  "files ending in '.{suffix}'": "以“.{suffix}”结尾的文件",
  "a file without a suffix": "没有扩展名的文件",
  "{file} is a folder, not a music file.": "“{file}”是文件夹，不是音乐文件。",
  "{file} is {what}, not a music file.": "“{file}”是{what}，不是音乐文件。",
  "{file} is a folder, not a sound file.": "“{file}”是文件夹，不是声音文件。",
  "{file} is a folder: name a file to write to.": "“{file}”是文件夹：请给出要写入的文件。",
  "There is no file {file}.": "没有文件“{file}”。",
  "{file} is empty.": "“{file}”是空的。",
  "{file} is too large to be read ({size} MB; up to {most} MB are read).":
    "“{file}”太大（{size} MB；最多可读 {most} MB）。",
  "{file} cannot be read: {reason}.": "“{file}”无法读取[：{reason}]。",
  "Cannot write {file}: {reason}.": "无法写入“{file}”[：{reason}]。",
  "Cannot write {file}: the disk is full, or something else keeps it from being written.":
    "无法写入“{file}”：磁盘已满，或有别的原因。",
  "{file} holds {n} notes; pieces of up to {most} notes are read.":
    "“{file}”有 {n} 个音符；最多可读 {most} 个音符的乐曲。",
  "{file} lasts {hours} hours; pieces of up to {most} hours are read.":
    "“{file}”长 {hours} 小时；最长可读 {most} 小时的乐曲。",
  "{file} holds no notes.": "“{file}”里没有音符。",
  "{file} cannot be read as MIDI: {error}.": "“{file}”无法作为 MIDI 读取[：{error}]。",
  "it has no MIDI header": "没有 MIDI 文件头",
  "its times are beyond all bounds": "其中的时间超出一切范围",
  "it holds more than {most} notes": "音符超过 {most} 个",
  "{file} is not MusicXML: its first element is <{tag}>.": "“{file}”不是 MusicXML：首个元素是 <{tag}>。",
  "{file} is broken MusicXML: {error}.": "“{file}”是损坏的 MusicXML。",
  "{file} is not well-formed XML: {error}.": "“{file}”不是完好的 XML。",
  "{file} cannot be read as XML: {error}.": "“{file}”无法作为 XML 读取[：{error}]。",
  "it nests too deeply": "嵌套过深",
  "it declares entities, which scores do not need": "其中声明了乐谱不需要的实体",
  "{file} unpacks to more than {most} MB and is not read.": "“{file}”解开后超过 {most} MB，不予读取。",
  "{file} is a broken zip: save the score again.": "“{file}”是损坏的压缩文件：请重新保存乐谱。",
  "{file} is a zip without a score in it.": "“{file}”是压缩文件，但其中没有乐谱。",
  "{file} is not ABC: no line K: says a key.": "“{file}”不是 ABC：没有说明调的 K: 行。",
  "{file} has {n} tunes and none numbered {tune}.": "“{file}”有 {n} 首曲子，没有第 {tune} 首。",
  "{file} cannot be read as ABC: {error}.": "“{file}”无法作为 ABC 读取[：{error}]。",
  "{file}, tune {n}": "{file}，第 {n} 首",
  "line {n}: {error}": "第 {n} 行[：{error}]",
  "no line K: says its key, after which the notes begin": "没有说明调的 K: 行，音符应在其后开始",
  "{text} is no chord.": "“{text}”不是和弦。",
  "{text} is no key: write e.g. G, Em, Ador or none": "“{text}”不是调：可写 G、Em、Ador 或 none",
  "{text} is no metre: write e.g. 4/4, 6/8, C or none": "“{text}”不是拍号：可写 4/4、6/8、C 或 none",
  "{text} is no note length: write e.g. 1/8": "“{text}”不是音符时值：可写 1/8 等",
  "{text} plays more than {most} parts": "“{text}”演奏的段落超过 {most} 个",
  "the order of parts has more than {most} of them": "段落顺序超过 {most} 项",
  "it has more than {most} measures": "小节超过 {most} 个",
  "the note length {text} divides by nothing": "音符时值“{text}”的除数为零",
  "the rest {text} is longer than {most} bars": "休止“{text}”长过 {most} 小节",
  "the text {found} has no closing quotation mark": "文字 {found} 缺少后引号",
  "the tuplet {text} has no notes": "连音“{text}”没有音符",
  "it has more than 64 voices": "声部超过 64 个",
  "its repeats make more than {most} measures": "反复后小节超过 {most} 个",
  "{file} lasts {hours} hours; sound of up to {most} hours is read.":
    "“{file}”长 {hours} 小时；最长可读 {most} 小时的声音。",
  "{file} is cut off: its header promises more than it holds.": "“{file}”不完整：实际内容比文件头所说的少。",
  "{file} holds no sound.": "“{file}”里没有声音。",
  "{file} holds values that are no numbers.": "“{file}”里有不是数字的值。",
  "{file} cannot be read as sound: {reason}.": "“{file}”无法作为声音读取。",
  "{file}: {container} does not hold {channels} channels at {rate} Hz; write a WAV file.":
    "“{file}”：{container} 不能存 {channels} 个 {rate} Hz 的声道；请写成 WAV。",
  "{file} lasts {minutes} minutes: a tune is heard in recordings of up to {most}.":
    "“{file}”长 {minutes} 分钟：最长可从 {most} 分钟的录音中听出旋律。",
  "No tune is heard in {file}: give a recording of one voice.": "在“{file}”中听不出旋律：请给单声部的录音。",
  "The network that hears notes in recordings is not there: run `python scripts/bootstrap.py` in the checkout, which fetches it.":
    "缺少从录音中听音符的网络：在源码目录中运行 `python scripts/bootstrap.py` 即可下载。",
  "A score of {n} bars is too long to be engraved; up to {most} are.":
    "{n} 小节的乐谱太长，最多可制 {most} 小节。",
  "The score of {title} cannot be engraved.": "“{title}”无法制成乐谱。",
  "The piece lasts {hours} hours; sound is made of up to {most} hours.":
    "乐曲长 {hours} 小时；最长可发声 {most} 小时。",
  "Sound can be made of up to {most} tracks; this piece has {n}.":
    "最多可为 {most} 条音轨发声；此曲有 {n} 条。",
  "There is no soundfont to play with: run `python scripts/bootstrap.py` in the checkout, which fetches one, or name one by --soundfont FILE or {variable}=FILE ({kinds}).":
    "没有可用的音色库：在源码目录中运行 `python scripts/bootstrap.py` 即可下载，或用 --soundfont 文件 或 {variable}=文件 指定（{kinds}）。",
  "There is no soundfont {file}.": "没有音色库“{file}”。",
  "{file} is not a soundfont; give a {kinds} file.": "“{file}”不是音色库；请给 {kinds} 文件。",
  "The synthesizer here reads {kinds} soundfonts, not {file}.":
    "这里的合成器读取 {kinds} 音色库，不能读“{file}”。",
  "The soundfont {file} cannot be read: {reason}.": "音色库“{file}”无法读取[：{reason}]。",
  "FluidSynth cannot load the soundfont {file}.": "FluidSynth 无法载入音色库“{file}”。",
  "midirenderer cannot load the soundfont {file}.": "midirenderer 无法载入音色库“{file}”。",
  "There is no FluidSynth library to make sound with: `pip install pygame-ce` brings it (on Windows `pip install midirenderer` a stand-in for files), or install FluidSynth 2.":
    "没有用来发声的 FluidSynth：`pip install pygame-ce` 会带来它（Windows 上可用 `pip install midirenderer` 代替），或安装 FluidSynth 2。",
};

/** Of what is wished for. @type {Record<string, string>} */
const WISHES = {
  "Unknown chord {chord}: write a root A to G and one of {qualities}, or a Roman numeral such as vi or V7.":
    "“{chord}”不是和弦：请写根音 A 至 G，加上大三（不写）、m、7、maj7、m7、sus4、dim 等，或罗马数字如 vi、V7。",
  "Unknown chord {chord}: begin with a root A to G.": "“{chord}”不是和弦：请以根音 A 至 G 开头。",
  "Unknown bass {bass} in chord {chord}: write a note, e.g. C/G.":
    "和弦“{chord}”中的低音“{bass}”有误：请写音名，例如 C/G。",
  "The chord progression is empty: write e.g. 'C Am F G7'.": "和弦进行是空的：可写 C Am F G7 等。",
  "A bar is empty in {text}: write N where no chord should sound.":
    "“{text}”中有一小节是空的：没有和弦处请写 N。",
  "Bar {bar} of the progression has {n} chords: a bar of this metre has room for {most}, one on each beat.":
    "和弦进行的第 {bar} 小节有 {n} 个和弦：此拍号每小节最多 {most} 个，每拍一个。",
  "The form is empty: write e.g. AABA or 'intro4 A8 A8 B8 ending4'.":
    "曲式是空的：可写 AABA 或 intro4 A8 A8 B8 ending4。",
  "Cannot read {word} in the form {form}: write e.g. AABA or 'intro4 A8 A8 B8 ending4'.":
    "曲式“{form}”中的“{word}”看不懂：可写 AABA 或 intro4 A8 A8 B8 ending4。",
  "The form {form} needs {n} bars{more}, the piece has {n_bars}.":
    "曲式“{form}”需要{more} {n} 小节，而乐曲有 {n_bars} 小节。",
  "{name} is no note name: write a letter A to G, then # or b.":
    "“{name}”不是音名：请写字母 A 至 G，其后可加 # 或 b。",
  "{text} is no key: write e.g. G, Am, 'F# minor' or Bb:maj.":
    "“{text}”不是调：可写 G、Am、F# minor 或 Bb:maj。",
  "Cannot read {word} in the mood curve: {how}.": "情绪曲线中的“{word}”看不懂：{how}。",
  "The bars of a mood curve begin with 1 and rise: {how}.": "情绪曲线的小节从 1 开始递增：{how}。",
  "Moods lie from -1 to 1: {word} in the mood curve does not.":
    "情绪的取值为 -1 至 1：情绪曲线中的“{word}”不在其内。",
  "write bar:valence,arousal, e.g. '1:-0.5,-0.2 16:0.8,0.6'":
    "请写 小节:愉悦度,活跃度，例如 1:-0.5,-0.2 16:0.8,0.6",
  "{name} must be a whole number, not {value}.": "“{name}”须为整数，而不是“{value}”。",
  "{name} must be a number from {low} to {high}, not {value}.":
    "“{name}”须为 {low} 至 {high} 的数，而不是“{value}”。",
  "{name} must be from {low} to {high}, not {value}.": "“{name}”须为 {low} 至 {high}，而不是 {value}。",
  "{name} must be {kind}, not {value}.": "“{name}”须为{kind}，而不是“{value}”。",
  "{text} is no duration: write minutes and seconds, e.g. 2:30.": "“{text}”不是时长：请写分和秒，例如 2:30。",
  "Give bars or a duration, not both.": "小节数与时长只能给一个。",
  "The duration must be over 0 s and at most an hour, not {s} s.":
    "时长须大于 0 秒、不超过一小时，而不是 {s} 秒。",
  "{s} s at this tempo are {n} bars: at most {most} can be made.":
    "以此速度 {s} 秒有 {n} 小节：最多可作 {most} 小节。",
  "Give valence and arousal, or a mood curve, not both.": "愉悦度与活跃度、情绪曲线，只能给一种。",
  "The part {part} is named twice: name each part once.": "声部“{part}”写了两次：每个声部只写一次。",
  "There is no plan file {file}.": "没有计划文件“{file}”。",
  "The plan file {file} cannot be read: {reason}.": "计划文件“{file}”无法读取[：{reason}]。",
  "Compose at least one piece and keep 1 to {count} of them.": "至少要作一首，并保留其中 1 至 {count} 首。",
  "The weights {name} do not write whole pieces: choose those of a style, such as pop.":
    "权重“{name}”不能写整首乐曲：请选某种风格的，例如 pop。",
};

/** Of a verb that works on a piece. @type {Record<string, string>} */
const VERBS = {
  "A map holds pieces that have more than drums.": "地图上的乐曲不能只有鼓。",
  "The piece has no notes: give one that has some to play along with.":
    "乐曲里没有音符：请先写入或带入一些，才能与之配合。",
  "It has no notes that a part could play.": "其中没有声部可以演奏的音符。",
  "The piece has {n} bars: at most {most} can be worked on at once.":
    "乐曲有 {n} 小节：一次最多可处理 {most} 小节。",
  "No bar of the piece is in a metre that can be written: {metres}.":
    "乐曲中没有可写拍号的小节：可写的拍号是 {metres}。",
  "The piece has only drums: a style needs a tune or chords to be converted.":
    "乐曲只有鼓：转换风格需要旋律或和声。",
  "{text} names no bars: write e.g. 9-12, or 4,9-12.": "“{text}”不是小节：可写 9-12 或 4,9-12。",
  "There are no bars {bars}: the piece has bars 1 to {n}.": "没有第 {bars} 小节：乐曲有第 1 至 {n} 小节。",
  "Bars {bars} run backwards: write {last}-{first}.": "小节 {bars} 前后颠倒：请写 {last}-{first}。",
  "The piece has all parts already: have some made again with `antiphon inpaint`, or vary it with `antiphon vary`.":
    "乐曲已有全部声部：可用“重写”重写其中一些，或用“变奏”。",
  "The piece has {part} already ({player}): ask for other parts, or have it made again with `antiphon inpaint`.":
    "乐曲已有{part}（{player}）：请选其他声部，或用“重写”重写它。",
  "track {name}": "音轨“{name}”",
  "Say what to convert to: --style, --mood or --instruments.": "请说明转换成什么：风格、情绪或演奏者。",
  "The strength must be from 0 (barely) to 1, not {strength}.":
    "强度须为 0（几乎不变）至 1，而不是 {strength}。",
  "The strength must be from 0 (barely) to 1 (anything), not {strength}.":
    "强度须为 0（几乎不变）至 1（任意），而不是 {strength}。",
  "The weights {name} are of a {model}: name a converter's.":
    "权重“{name}”属于 {model}：请给转换网络的权重。",
  "{n} bars more cannot be: from 1 up to {most} bars in all, and the piece has {n_bars}.":
    "不能续写 {n} 小节：全曲 1 至 {most} 小节，而乐曲已有 {n_bars} 小节。",
  "Say after which bar the new ones come: --where between --after 16.": "请说明新小节在哪一小节之后。",
  "A bar after which the new ones come is only for --where between.":
    "只有“小节之间”才需要说明在哪一小节之后。",
  "There is nothing between bars {bar} and {next}: the piece has bars 1 to {n}.":
    "第 {bar} 与第 {next} 小节之间没有位置：乐曲有第 1 至 {n} 小节。",
  "Bar {bar} cannot be made again: bars in {metre} have to stay as they are.":
    "第 {bar} 小节无法重写：{metre} 拍的小节只能保持原样。",
  "A path has {least} to {most} pieces, both ends counted, not {n}.":
    "过渡有 {least} 至 {most} 首（含两端），而不是 {n} 首。",
  "The first piece is in {first}, the second in {second}: a path leads between pieces in the same metre.":
    "第一首是 {first} 拍，第二首是 {second} 拍：只能在同一拍号的乐曲之间过渡。",
  "A path leads between pieces that have more than drums.": "只有鼓的乐曲之间不能过渡。",
  "A place on the map is from 0,0 to 1,1, not {x},{y}.": "地图上的位置为 0,0 至 1,1，而不是 {x},{y}。",
  "played must be a list of at most {most} notes.": "一次最多告知 {most} 个所奏的音符。",
  "trade_bars must be 2, 4 or 8, not {n}.": "轮流的小节数须为 2、4 或 8，而不是“{n}”。",
  "A played note is [at_s, duration_s, pitch, velocity], numbers.":
    "所奏的音符须为四个数：时刻、时长、音高、力度。",
  "A played note has a pitch from 0 to 127, a velocity from 1 to 127 and lasts up to {s} s.":
    "所奏音符的音高为 0 至 127，力度为 1 至 127，最长 {s} 秒。",
  "A note was played at {at} s, but the music is at {now} s: count from the beginning of the first bar.":
    "音符奏于 {at} 秒，而音乐在 {now} 秒：请从第一小节的开头算起。",
  "{name} cannot be changed while music plays: {names} can.": "演奏中不能改变“{name}”；可以改变：{names}。",
};

/** Of weights that are broken or not there. @type {Record<string, string>} */
const WEIGHTS = {
  "{folder} holds no weights: it needs config.toml and weights.safetensors.":
    "“{folder}”里没有权重：需要 config.toml 与 weights.safetensors。",
  "The configuration cannot be: {error}.": "配置有误。",
  "In {where} {name} must be {kind}, not {value}.": "{where}中，“{name}”须为{kind}，而不是“{value}”。",
  "The weights in {folder} are of a {model}, which takes no plan: draw from it with `antiphon generate`.":
    "“{folder}”中的权重属于 {model}，不能按计划作曲：请用 `antiphon generate`。",
  "The weights in {folder} cannot be read: {error}.": "“{folder}”中的权重无法读取。",
};

export const MUSIC_REFUSALS = Object.freeze({ ...FILES, ...WISHES, ...VERBS, ...WEIGHTS });
