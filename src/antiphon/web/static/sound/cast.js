/**
 * Which channel of the synthesizer plays which track.
 * @import {Track} from "../types.js"
 * @import {SoundEvent} from "./scheduling.js"
 * @import {Synth} from "./synth.js"
 */

export class Cast {
  /** @type {number[]} channel of each track */
  channels = [];

  /**
   * @param {Synth} synth
   * @param {number} [block] of 16 channels, from which on they are taken: casts of other blocks are other players
   */
  constructor(synth, block = 0) {
    this.synth = synth;
    this.block = block;
  }

  /** Give every track its channel and instrument. @param {Pick<Track, "program"|"is_drum">[]} tracks */
  fill(tracks) {
    const counts = this.synth.firstOf(this.block);
    this.channels = tracks.map(({ is_drum, program }) => {
      const channel = this.synth.channel(counts[Number(is_drum)]++, is_drum);
      this.synth.instrument(channel, is_drum, program);
      return channel;
    });
  }

  /** @param {number} track @param {Iterable<[number, number]>} settings value of each controller, from now on */
  set(track, settings) {
    for (const [number, value] of settings) this.synth.control(this.channels[track], number, value, 0);
  }

  /** @param {SoundEvent[]} events */
  send(events) {
    for (const { time, kind, track, number, value } of events) {
      const channel = this.channels[track];
      if (channel === undefined) continue;
      if (kind === "on") this.synth.on(channel, number, value, time);
      else if (kind === "off") this.synth.off(channel, number, time);
      else this.synth.control(channel, number, value, time);
    }
  }
}
