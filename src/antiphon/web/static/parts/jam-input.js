/** What the musician plays on: a MIDI keyboard, the sound of his part, how late he hears. */
import { h, icon, select } from "../dom.js";
import { instruments, t } from "../i18n/index.js";
import { MidiIn } from "../live/midi.js";
import { calibrationDialog } from "./calibration-dialog.js";
import { Part } from "./part.js";

export class JamInput extends Part {
  /** @type {MidiIn} */
  midi;

  make() {
    const { store, jam } = this.studio;
    this.midi = new MidiIn(
      (played, timeStamp) => this.#play(played, timeStamp),
      () => this.#list(),
    );
    this.ask = h("button", { type: "button", class: "midi-ask", onclick: () => this.#ask() }, t("jam.midi"));
    this.ask.disabled = !MidiIn.isThere;
    this.devices = select([], "", {
      hidden: true,
      class: "midi-devices",
      "aria-label": t("jam.midi.device"),
      onchange: () => this.midi.choose(this.devices.value),
    });
    this.hint = h("p", { class: "hint", role: "status" }, MidiIn.isThere ? "" : t("jam.midi.missing"));
    this.sound = h("select", {
      "aria-label": t("jam.sound"),
      title: t("jam.sound"),
      onchange: () => store.choose({ instrument: Number(this.sound.value) }),
    });
    const calibration = calibrationDialog(jam.musician);
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("jam.input"));
    this.append(
      this.ask,
      this.devices,
      this.sound,
      h(
        "button",
        { type: "button", class: "quiet", title: t("jam.late.hint"), onclick: () => calibration.open() },
        t("jam.late"),
      ),
      this.hint,
      calibration.element,
    );
    store.on(["about"], ({ about }) => {
      const names = about ? instruments(about.instruments) : [];
      this.sound.replaceChildren(...names.map((text, value) => h("option", { value }, text)));
    });
    store.on(["about", "seat", "instrument"], ({ seat }) => {
      this.hidden = !seat?.part;
      this.sound.value = String(jam.musician.track.program);
      this.sound.hidden = seat?.part === "drums";
    });
  }

  async #ask() {
    const isOpen = await this.midi.open();
    if (!isOpen) this.hint.textContent = t("jam.midi.refused");
  }

  /** Devices came or went. */
  #list() {
    const { devices } = this.midi;
    const chosen = this.devices.value;
    const choices = [
      { value: "", text: t("jam.midi.all") },
      ...devices.map(({ id, name }) => ({ value: id, text: name })),
    ];
    this.devices.replaceChildren(...choices.map(({ value, text }) => h("option", { value }, text)));
    this.devices.value = devices.some(({ id }) => id === chosen) ? chosen : "";
    this.ask.hidden = true;
    this.devices.hidden = false;
    this.hint.textContent = devices.length ? "" : t("jam.midi.none");
  }

  /** @param {import("../live/midi.js").Played} played @param {number} timeStamp */
  #play(played, timeStamp) {
    const { musician } = this.studio.jam;
    if (played.kind === "on") musician.press(played.pitch, played.velocity, timeStamp);
    else if (played.kind === "off") musician.release(played.pitch, timeStamp);
    else if (played.kind === "pedal") musician.pedal(played.down, timeStamp);
    else musician.bend(played.value);
  }
}
customElements.define("jam-input", JamInput);
