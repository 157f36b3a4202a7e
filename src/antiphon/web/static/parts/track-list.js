/** The tracks: which is in hand, and the mixer with instrument, level, place, mute, solo, lock. */
import { h, icon, select } from "../dom.js";
import { instruments, t } from "../i18n/index.js";
import { nameOf } from "../i18n/names.js";
import { withControl, withTrack } from "../music/edits.js";
import { trackClass } from "../roll/colours.js";
import { PAN, setting, VOLUME } from "../sound/mix.js";
import { Part } from "./part.js";

/** @typedef {import("../types.js").Track} Track */

const KITS = [0, 8, 16, 24, 25, 32, 40, 48]; // drum kits of General MIDI level 2

export class TrackList extends Part {
  #shape = "";

  make() {
    this.list = h("ul", {});
    const add = h(
      "button",
      { type: "button", class: "quiet add-track", onclick: () => this.#add() },
      icon("plus"),
      t("track.add"),
    );
    this.append(h("h2", {}, t("tracks")), this.list, add);
    this.store.on(["piece", "about"], () => this.#fill());
    this.store.on(["piece", "activeTrack", "mixer", "lockedTracks"], () => this.#mark());
  }

  /** Make the strips anew only when there are other tracks: who drags a fader keeps it. */
  #fill() {
    const { piece, about } = this.state;
    if (!piece || !about) return;
    const shape = JSON.stringify(piece.tracks.map((track) => [track.id, track.name, track.is_drum]));
    if (shape === this.#shape) return;
    this.#shape = shape;
    this.list.replaceChildren(...piece.tracks.map((track, index) => this.#strip(track, index, about)));
  }

  /** @param {Track} track @param {number} index @param {any} about */
  #strip(track, index, about) {
    const { store } = this.studio;
    const shown = nameOf(track, index);
    const names = track.is_drum
      ? KITS.map((value) => ({ value: String(value), text: t(`kit.${value}`) }))
      : instruments(about.instruments).map((text, value) => ({ value: String(value), text }));
    const instrument = select(names, String(track.program), {
      "aria-label": t("track.instrument", { name: shown }),
      class: "instrument",
      onchange: () =>
        this.#edit((piece) => withTrack(piece, track.id, { program: Number(instrument.value) })),
    });
    const toggle = (
      /** @type {string} */ kind,
      /** @type {any} */ content,
      /** @type {() => void} */ onclick,
    ) =>
      h(
        "button",
        {
          type: "button",
          class: `toggle ${kind}`,
          data: { kind },
          "aria-label": t(`track.${kind}`, { name: shown }),
          title: t(`track.${kind}`, { name: shown }),
          onclick,
        },
        content,
      );
    return h(
      "li",
      { class: `strip ${trackClass(index)}`, data: { track: track.id } },
      h(
        "button",
        { type: "button", class: "track-name", onclick: () => store.choose({ activeTrack: track.id }) },
        h("span", { class: "dot", "aria-hidden": "true" }),
        shown,
      ),
      toggle("lock", icon("lock"), () => store.toggleTrackLock(track.id)),
      instrument,
      h(
        "div",
        { class: "strip-foot" },
        h(
          "span",
          { class: "toggles" },
          toggle("mute", "M", () => store.mix(track.id, { mute: !store.state.mixer[track.id]?.mute })),
          toggle("solo", "S", () => store.mix(track.id, { solo: !store.state.mixer[track.id]?.solo })),
        ),
        this.#fader(track, VOLUME, t("track.volume", { name: shown }), icon("volume")),
        this.#fader(track, PAN, t("track.pan", { name: shown }), null),
      ),
    );
  }

  /** @param {Track} track @param {number} number @param {string} name @param {Node|null} sign */
  #fader(track, number, name, sign) {
    const input = h("input", {
      type: "range",
      min: "0",
      max: "127",
      "aria-label": name,
      title: name,
      data: { number },
      onchange: () => this.#edit((piece) => withControl(piece, track.id, number, Number(input.value))),
      ondblclick: () =>
        this.#edit((piece) => withControl(piece, track.id, number, number === PAN ? 64 : 100)),
    });
    return h("label", { class: "fader" }, sign, input);
  }

  /** A track to write in, without a role: it is what its owner makes of it. */
  #add() {
    const { piece } = this.state;
    if (!piece) return;
    const n = piece.tracks.length + 1;
    /** @type {Track} */
    const track = {
      id: `own-${Date.now()}`,
      name: t("track.n", { n }),
      role: "",
      program: 0,
      is_drum: false,
      notes: [],
      controls: [],
    };
    void this.store.edit({ ...piece, tracks: [...piece.tracks, track] });
    this.store.choose({ activeTrack: track.id });
  }

  /** @param {(piece: import("../types.js").Piece) => import("../types.js").Piece} change */
  #edit(change) {
    const { piece, selection } = this.state;
    if (piece) void this.store.edit(change(piece), selection);
  }

  #mark() {
    const { piece, activeTrack, mixer, lockedTracks } = this.state;
    for (const strip of this.list.children) {
      const track = piece?.tracks.find((each) => each.id === strip.dataset.track);
      if (!track) continue;
      strip.classList.toggle("active", track.id === activeTrack);
      strip.querySelector(".track-name").setAttribute("aria-pressed", String(track.id === activeTrack));
      const on = {
        mute: mixer[track.id]?.mute,
        solo: mixer[track.id]?.solo,
        lock: lockedTracks.has(track.id),
      };
      for (const [kind, value] of Object.entries(on)) {
        strip.querySelector(`.${kind}`).setAttribute("aria-pressed", String(Boolean(value)));
      }
      strip.querySelector("select").value = String(track.program);
      for (const fader of strip.querySelectorAll("input")) {
        if (document.activeElement !== fader || !fader.matches(":active"))
          fader.value = String(setting(track, Number(fader.dataset.number)));
      }
    }
  }
}

customElements.define("track-list", TrackList);
