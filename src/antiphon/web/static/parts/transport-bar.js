/** Playing: begin, stop, go round, where we are, how fast, how loud. */
import { h, icon, iconButton } from "../dom.js";
import { t, told } from "../i18n/index.js";
import { FASTEST, SLOWEST, withTempo } from "../music/edits.js";
import { barOf, barsFromWords, barStarts, placeOf, Timeline } from "../music/time.js";
import { LoudnessControl } from "./loudness-control.js";
import { Part } from "./part.js";

export class TransportBar extends Part {
  make() {
    const { store, player } = this.studio;
    this.play = h("button", { type: "button", class: "play main", onclick: () => player.toggle() });
    this.place = h("output", { class: "place", "aria-label": t("place") });
    this.bars = h("input", {
      type: "text",
      inputmode: "numeric",
      class: "bars-field",
      placeholder: t("loop.all"),
      "aria-label": t("loop.bars"),
      title: t("loop.hint"),
      onchange: () => this.#mark(),
    });
    this.loop = iconButton("loop", t("loop"), () => store.choose({ looping: !this.state.looping }));
    this.tempo = h("input", {
      type: "number",
      min: SLOWEST,
      max: FASTEST,
      step: "1",
      class: "tempo-field",
      "aria-label": t("tempo"),
      title: t("tempo"),
      onchange: () => this.#tempo(),
    });
    const loudness = new LoudnessControl();
    this.sound = h("span", { class: "sound-state", role: "status" });
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("transport"));
    this.append(
      iconButton("start", t("to.start"), () => player.seek(this.state.loop?.start ?? 0)),
      this.play,
      this.place,
      h("span", { class: "group" }, this.loop, this.bars),
      h("label", { class: "group tempo" }, this.tempo, h("span", { class: "unit" }, "♩/min")),
      h("span", { class: "space" }),
      this.sound,
      loudness,
    );
    loudness.begin(this.studio);
    store.on(["playing"], ({ playing }) => {
      const name = playing ? t("pause") : t("play");
      this.play.setAttribute("aria-label", name);
      this.play.replaceChildren(icon(playing ? "pause" : "play"), h("span", {}, name));
    });
    store.on(["looping"], ({ looping }) => this.loop.setAttribute("aria-pressed", String(looping)));
    store.on(["sound"], ({ sound }) => {
      this.sound.textContent = sound && t(`sound.${sound}`);
      this.dataset.sound = sound;
    });
    store.on(["about"], ({ about }) => {
      this.sound.title = told(about?.player.sentence ?? "");
    });
    store.on(["piece", "loop"], () => this.#fill());
    requestAnimationFrame(() => this.#frame());
  }

  #fill() {
    const { piece, loop } = this.state;
    if (!piece) return;
    const starts = barStarts(piece);
    this.timeline = new Timeline(piece);
    if (document.activeElement !== this.bars) {
      this.bars.value = loop ? `${barOf(starts, loop.start) + 1}–${barOf(starts, loop.end - 1) + 1}` : "";
    }
    if (document.activeElement !== this.tempo) this.tempo.value = tempoOf(piece);
  }

  #mark() {
    const { piece } = this.state;
    if (!piece) return;
    const words = this.bars.value.trim();
    const bars = words ? barsFromWords(words, piece.n_bars) : null;
    if (words && !bars)
      return this.store.choose({
        message: { kind: "error", text: t("bars.unknown", { words, n: piece.n_bars }) },
      });
    const starts = barStarts(piece);
    this.store.choose({
      loop: bars ? { start: starts[Math.min(...bars)], end: starts[Math.max(...bars) + 1] } : null,
    });
  }

  #tempo() {
    const { piece, selection } = this.state;
    if (!piece) return;
    const bpm = Number(this.tempo.value);
    if (bpm >= SLOWEST && bpm <= FASTEST) return void this.store.edit(withTempo(piece, bpm), selection);
    this.tempo.value = tempoOf(piece);
    this.store.choose({
      message: { kind: "error", text: t("tempo.unknown", { least: SLOWEST, most: FASTEST }) },
    });
  }

  #frame() {
    requestAnimationFrame(() => this.#frame());
    const { piece } = this.state;
    if (!piece || !this.timeline) return;
    const { player } = this.studio;
    const step = player.position();
    const { bar, beat } = placeOf(piece, step);
    const seconds = this.timeline.secondsAt(step);
    const clock = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
    const text = `${bar}.${beat}  ${clock}`;
    if (this.place.textContent !== text) this.place.textContent = text;
  }
}

/** @param {import("../types.js").Piece} piece @returns {string} as its field shows it */
function tempoOf(piece) {
  return String(Math.round(piece.tempos[0]?.bpm ?? 120));
}
customElements.define("transport-bar", TransportBar);
