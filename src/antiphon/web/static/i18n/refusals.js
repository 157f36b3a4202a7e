/**
 * What the server refuses, in Chinese, by its English sentence. What is in braces stands for what
 * differs; a part in brackets is said only where what it tells can be told in Chinese too.
 */
/** By status, what a sentence begins with that is not known here. @type {Record<number, string>} */
export const STATUS = Object.freeze({
  400: "未能完成。",
  401: "请打开 `antiphon studio` 给出的完整地址（含令牌）。",
  403: "服务器拒绝了此请求。",
  404: "找不到，可能已被删除。",
  413: "太大了。",
  429: "排队的任务太多，请稍后再试。",
  500: "服务器出错了。",
  503: "此安装缺少所需的部分。",
  507: "无法保存，磁盘可能已满。",
});

/** Of the server itself: who may ask, what it keeps, what it works on. @type {Record<string, string>} */
const SERVER = {
  "Open the whole address that `antiphon studio` printed, with its token.":
    "请打开 `antiphon studio` 给出的完整地址（含令牌）。",
  "Too many wrong tokens: wait a minute.": "令牌多次错误，请等一分钟再试。",
  "Only this server's own page may do that.": "只有本服务器自己的页面可以这样做。",
  "This server does not answer to that name.": "本服务器不以该名称应答。",
  "This is too large: up to {megabytes} MB are taken.": "太大了：最多 {megabytes} MB。",
  "Something went wrong here; the log says what.": "服务器出错了，详情见日志。",
  "This installation has no page; the API is at /openapi.json.": "此安装没有页面；接口说明见 /openapi.json。",
  "The page has changed: load it anew.": "页面已更新，请重新加载。",
  "Not Found": "找不到。",
  "Method Not Allowed": "不支持此操作。",
  "This cannot be kept ({reason}): is the disk full?": "无法保存：磁盘满了吗？",
  "There is no such project.": "没有这个项目，可能已被删除。",
  "There is no such take.": "没有这个版本，可能已被删除。",
  "That take belongs to another project.": "该版本属于另一个项目。",
  "This take was changed elsewhere (revision {there}, not {seen}): load it again.":
    "此版本已在别处修改（现为第 {there} 次修订，而非第 {seen} 次），请重新打开。",
  "A project holds {n} takes: remove some first, or begin another one.":
    "一个项目最多有 {n} 个版本：请先删除一些，或新建项目。",
  "The only take of a project stays: remove the project.": "项目唯一的版本不能删除，可删除整个项目。",
  "There is nothing to be {done}.": "没有可以{done}的内容。",
  "There is no such job; jobs do not outlive the server.": "没有这个任务；服务器重启后任务不再保留。",
  "{n} jobs are waiting already: try again in a moment.": "已有 {n} 个任务在排队，请稍后再试。",
  "{n} others are waiting already: try again in a moment.": "已有 {n} 个请求在排队，请稍后再试。",
  "The process that worked on this ended, perhaps for want of memory: free some, or ask for less.":
    "处理此任务的进程意外结束，可能是内存不足：请释放一些内存，或减少要求。",
  "This takes over {minutes} minutes and was given up: ask for less.":
    "用时超过 {minutes} 分钟，已放弃：请减少要求。",
  "This needs more memory than there is: ask for less.": "内存不够：请减少要求。",
  "There is no such live session.": "没有这场即兴，可能已经结束。",
  "{n} live sessions are playing already: stop one first.": "已有 {n} 场即兴在进行：请先停止一场。",
  "The server stops.": "服务器正在关闭。",
  'Say it as a JSON object, e.g. {"valence": 0.5}.': '请以 JSON 对象表示，例如 {"valence": 0.5}。',
  "This installation lacks the synthesizer for the browser, so pieces are played as sound files: `python scripts/bootstrap.py` in the checkout fetches it.":
    "此安装缺少浏览器中的合成器，因此以音频文件播放：在源码目录中运行 `python scripts/bootstrap.py` 即可下载。",
  "Cannot listen at {host}, port {port}: {reason}.": "无法在 {host} 的端口 {port} 上监听[：{reason}]。",
  "Cannot write to {folder}: {reason}.": "无法写入文件夹“{folder}”[：{reason}]。",
  "{file} cannot be used ({reason}): move it away, or name another folder by --data.":
    "文件“{file}”无法使用：请移走它，或用 --data 指定另一个文件夹。",
  "{file} was written by a newer Antiphon: update this one, or name another folder by --data.":
    "文件“{file}”由更新版本的 Antiphon 写成：请更新，或用 --data 指定另一个文件夹。",
  "ui is too deep: up to {n} levels are kept.": "页面的设置嵌套过深：最多 {n} 层。",
  "ui is too large: up to {n} bytes are kept.": "页面的设置过大：最多 {n} 字节。",
  "ui holds a text or a number that JSON cannot hold.": "页面的设置中有 JSON 无法表示的文字或数字。",
};

/** Of project files, pieces and orders. @type {Record<string, string>} */
const ORDERS = {
  "This is no project of Antiphon: {error}": "这不是 Antiphon 的项目文件[：{error}]",
  "This is no project of Antiphon, or it is broken.": "这不是 Antiphon 的项目文件，或已损坏。",
  "This project file is of another kind ({kind}).": "这个项目文件属于另一种格式（{kind}）。",
  "The project file lacks {name}.": "项目文件中缺少“{name}”。",
  "The project file unpacks to more than can be taken here.": "项目文件解开后太大，无法导入。",
  "The project has over {n} takes.": "项目中的版本超过 {n} 个。",
  "Two takes of the project file have the same id.": "项目文件中有两个版本的标识相同。",
  "The edits of the take {name} cannot be.": "版本“{name}”的修改记录有误。",
  "This is no piece: {error}": "这不是乐曲[：{error}]",
  "The piece has {n} {what}: at most {most} can be worked on here.":
    "乐曲有 {n} {what}：这里最多可处理 {most}。",
  "A metre of {numerator}/{denominator} cannot be: the lower number is 1, 2, 4, 8, 16, 32 or 64.":
    "拍号不能是 {numerator}/{denominator}：下面的数须为 1、2、4、8、16、32 或 64。",
  "No role {role}: there is {roles}, or none.": "没有声部“{role}”：可用的是 {roles}，或留空。",
  "{name} must be of type {kind}, not {value}.": "“{name}”须为{kind}，而不是“{value}”。",
  "{verb} needs to be told {name}.": "“{verb}”还需要“{name}”。",
  "{verb} works on {n_takes}, and {n} are named.": "“{verb}”要用{n_takes}，而给出了 {n} 个。",
  "{name} must be from 1 to {most}.": "“{name}”须为 1 到 {most}。",
  "No {name} in {kind}. Did you mean {near}? There is: {choices}.":
    "{kind}中没有“{name}”。是不是“{near}”？可用的有：{choices}。",
  "No {name} in {kind}. There is: {choices}.": "{kind}中没有“{name}”。可用的有：{choices}。",
  "No {name} in {kind}. There is none yet.": "{kind}中没有“{name}”，目前一个也没有。",
  "the options of {verb}": "“{verb}”的选项",
};

/** Of a request whose form is wrong; the beginning says where. @type {Record<string, string>} */
const FORM = {
  "{where}: field required{more}.": "缺少“{where}”{more}。",
  "{where}: extra inputs are not permitted{more}.": "没有名为“{where}”的栏目{more}。",
  "{where}: input should be a valid string{more}.": "“{where}”须为文字{more}。",
  "{where}: string should have at least 1 character{more}.": "“{where}”不能为空{more}。",
  "{where}: string should have at most {n} characters{more}.": "“{where}”最多 {n} 个字符{more}。",
  "{where}: string should match pattern '{pattern}'{more}.": "“{where}”的写法不对{more}。",
  "{where}: input should be a valid integer{why}.": "“{where}”须为整数。",
  "{where}: input should be a valid number{why}.": "“{where}”须为数字。",
  "{where}: input should be a finite number{more}.": "“{where}”须为有限的数字{more}。",
  "{where}: input should be a valid boolean{why}.": "“{where}”须为是或否。",
  "{where}: input should be a valid list{more}.": "“{where}”须为列表{more}。",
  "{where}: input should be a valid tuple{more}.": "“{where}”须为列表{more}。",
  "{where}: input should be a valid array{more}.": "“{where}”须为列表{more}。",
  "{where}: input should be a valid dictionary{more}.": "“{where}”须为 JSON 对象{more}。",
  "{where}: input should be an object{more}.": "“{where}”须为 JSON 对象{more}。",
  "{where}: input should be a valid dictionary or instance of {kind}.": "“{where}”须为 JSON 对象。",
  "{where}: input should be greater than or equal to {least}{more}.": "“{where}”不能小于 {least}{more}。",
  "{where}: input should be less than or equal to {most}{more}.": "“{where}”不能大于 {most}{more}。",
  "{where}: input should be less than {bound}{more}.": "“{where}”须小于 {bound}{more}。",
  "{where}: {what} should have at most {n} items after validation, not {found}.": "“{where}”最多 {n} 项。",
  "{where}: json decode error{more}.": "请求不是完好的 JSON{more}。",
  "{where}: invalid json: {why}.": "请求不是完好的 JSON。",
  "{where}: expected uploadfile, received: {kind}.": "“{where}”须为文件。",
  "({n} more like this)": "（另有 {n} 处类似问题）",
};

export const REFUSALS = Object.freeze({ ...SERVER, ...ORDERS, ...FORM });
