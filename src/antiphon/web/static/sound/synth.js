/**
 * The synthesizer, spessasynth_lib, on the audio thread; set-up fetches it, nothing is built.
 */
import { SYNTH } from "../api.js";

const DRUMS = 9; // the channel of every 16 that General MIDI gives to drums
const MELODIC = 15; // channels of every 16 that are left for others
const BLOCKS = 7; // of 16 channels: five for a piece, one for the band of a jam, one for who plays along
export const BEND = 128; // `Control` number of the pitch bend
const CENTRE = 8192;

export class Synth {
  /** @param {any} inner a WorkletSynthesizer */
  constructor(inner) {
    this.inner = inner;
  }

  /**
   * @param {AudioContext} context
   * @param {AudioNode} output
   * @param {Promise<ArrayBuffer>} soundfont is given away
   */
  static async load(context, output, soundfont) {
    const [{ WorkletSynthesizer }] = await Promise.all([
      import(SYNTH.library),
      context.audioWorklet.addModule(SYNTH.processor),
    ]);
    const inner = new WorkletSynthesizer(context, { eventsEnabled: false });
    inner.connect(output);
    await inner.isReady;
    await inner.soundBankManager.addSoundBank(await soundfont, "main");
    while (inner.midiChannels.length < 16 * BLOCKS) inner.addNewChannel();
    inner.reset(); // a new channel has all its controllers at 0 and is as good as silent
    return new Synth(inner);
  }

  /** The first tracks of a block of 16 channels, as `channel` counts them. @param {number} block @returns {[number, number]} melodic, drums */
  firstOf(block) {
    return [MELODIC * block, block];
  }

  /**
   * The channel of the n-th track: drums have their own, the others share none with them.
   * @param {number} index among all tracks of its kind
   * @param {boolean} isDrum
   */
  channel(index, isDrum) {
    if (isDrum) return 16 * (index % BLOCKS) + DRUMS;
    const place = index % MELODIC;
    const block = Math.floor(index / MELODIC) % BLOCKS;
    return 16 * block + place + (place >= DRUMS ? 1 : 0);
  }

  /** @param {number} channel @param {boolean} isDrum @param {number} program */
  instrument(channel, isDrum, program) {
    this.inner.midiChannels[channel].setDrums(isDrum);
    this.inner.programChange(channel, program);
  }

  /** @param {number} channel @param {boolean} silent */
  mute(channel, silent) {
    this.inner.midiChannels[channel].setSystemParameter("isMuted", silent);
  }

  /** @param {number} channel @param {number} number @param {number} value @param {number} time audio clock; 0 is now */
  control(channel, number, value, time) {
    if (number === BEND) this.inner.pitchWheel(channel, value + CENTRE, { time });
    else this.inner.controllerChange(channel, number, value, { time });
  }

  /** @param {number} channel @param {number} pitch @param {number} velocity @param {number} time */
  on(channel, pitch, velocity, time) {
    this.inner.noteOn(channel, pitch, velocity, { time });
  }

  /** @param {number} channel @param {number} pitch @param {number} time */
  off(channel, pitch, time) {
    this.inner.noteOff(channel, pitch, { time });
  }

  /** Let every note go. */
  silence() {
    this.inner.stopAll(false);
  }
}
