/** What the server's refusals begin with in Chinese, by status; what is wrong it says in English. @type {Record<number, string>} */
export const REFUSALS = Object.freeze({
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
