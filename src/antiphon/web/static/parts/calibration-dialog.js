/** Tapping along with clicks, so that the page knows how late notes come to it. */
import { h, iconButton } from "../dom.js";
import { t } from "../i18n/index.js";
import { CLICK_S, CLICKS, offsetOf } from "../live/calibration.js";

const LEAD_S = 0.5;
const AFTER_S = 0.6; // in which the last tap may come

/** @param {import("../live/musician.js").Musician} musician */
export function calibrationDialog(musician) {
  /** @type {number[]} */
  let clicks = [];
  /** @type {number[]} */
  let taps = [];
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  const said = h("p", { role: "status" });
  const begin = h(
    "button",
    { type: "button", class: "main", onclick: () => void start() },
    t("jam.late.begin"),
  );
  const tap = h("button", { type: "button", class: "tap", onpointerdown: tapped }, t("jam.late.tap"));
  const element = h(
    "dialog",
    { class: "calibration", "aria-label": t("jam.late"), onclose: close },
    h(
      "div",
      { class: "head" },
      h("h2", {}, t("jam.late")),
      iconButton("close", t("close"), () => element.close()),
    ),
    h("p", {}, t("jam.late.what")),
    tap,
    said,
    h("div", { class: "foot" }, begin),
  );
  element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape" || event.key === "Tab" || event.repeat || !clicks.length) return;
    tapped(event);
    event.preventDefault();
  });

  /** @param {Event} event */
  function tapped(event) {
    taps.push(musician.clock(event.timeStamp));
  }

  function close() {
    clearTimeout(timer);
    clicks = [];
    musician.tapped = null;
  }

  function show() {
    const ms = Math.round(1000 * musician.offset);
    said.textContent = t(`jam.late.${musician.isMeasured ? "is" : "guessed"}`, { ms });
  }

  async function start() {
    clearTimeout(timer);
    if (!(await musician.ready())) return;
    const first = musician.clock() + LEAD_S;
    clicks = Array.from({ length: CLICKS }, (_, n) => first + n * CLICK_S);
    taps = [];
    musician.click(clicks);
    said.textContent = t("jam.late.now");
    tap.focus();
    timer = setTimeout(end, 1000 * (LEAD_S + CLICKS * CLICK_S + AFTER_S));
  }

  function end() {
    const offset = offsetOf(clicks, taps);
    clicks = [];
    if (offset === null) return void (said.textContent = t("jam.late.again"));
    musician.offset = offset;
    show();
  }

  return {
    element,
    open() {
      musician.tapped = (time) => taps.push(time);
      show();
      element.showModal();
    },
  };
}
