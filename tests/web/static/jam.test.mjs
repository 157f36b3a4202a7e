import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { barOf } from "./bars.mjs";

globalThis.localStorage = { getItem: (key) => (key === "antiphon.language" ? "en" : null), setItem() {} };
globalThis.document = { hidden: false };
const { Jam } = await import("../../../src/antiphon/web/static/live/jam.js");
const { Known } = await import("../../../src/antiphon/web/static/state.js");

const BAND = { style: "pop" };
const SEAT = { part: "melody", answer: "accompany", quantise: "bar" };

/** A jam whose server and synthesizer are made up; `ways` are the sessions that were begun. */
function jamOf() {
  const ways = [];
  const sent = [];
  const context = { currentTime: 10, baseLatency: 0, outputLatency: 0 };
  const live = (plan, hear, gone) => {
    const way = { plan, hear, gone, told: [], ended: false };
    ways.push(way);
    return { tell: (news) => way.told.push(news), end: () => (way.ended = true) };
  };
  const note = (kind) => (channel, pitch) => sent.push([kind, channel, pitch]);
  const synth = {
    firstOf: (block) => [16 * block, 16 * block + 9],
    channel: (index) => index,
    instrument() {},
    control() {},
    silence() {},
    on: note("on"),
    off: note("off"),
  };
  const store = new Known();
  Object.assign(store, { api: { live }, choose: (change) => store.set(change) });
  store.set({
    band: BAND,
    seat: SEAT,
    about: { roles: [], player: { sentence: "none" }, limits: { bars: 512 } },
  });
  const player = { context, synth, giveWay: async () => synth, fade() {} };
  return { jam: new Jam(store, player), store, ways, sent, context, player };
}

beforeEach(() => mock.timers.enable({ apis: ["setInterval", "setTimeout"] }));
afterEach(() => mock.timers.reset());

/** Let time pass for the page and its audio clock. */
function pass(context, seconds) {
  for (let n = 0; n < 40 * seconds; n++) {
    context.currentTime += 0.025;
    mock.timers.tick(25);
  }
}

test("bars are heard, wishes and notes are told once", async () => {
  const { jam, store, ways, sent, context } = jamOf();
  await jam.begin();
  assert.equal(store.state.jam, "waiting");
  store.choose({ wishes: { valence: 0.5 } });
  assert.deepEqual(ways[0].plan(), { ...BAND, ...SEAT, valence: 0.5 });
  ways[0].hear(barOf(0));
  assert.equal(store.state.jam, "playing");
  store.choose({ wishes: { arousal: 1 }, seat: { ...SEAT, quantise: "beat" } });
  pass(context, 0.5);
  assert.deepEqual(ways[0].told, [{ valence: null, arousal: 1, quantise: "beat" }]);
  assert.deepEqual(sent, [["on", 80, 36]]);
  assert.deepEqual(store.state.live, { turn: "both", key: "C major", chord: "C" });

  jam.musician.press(60, 90);
  assert.deepEqual(sent.at(-1), ["on", 96, 60]);
  pass(context, 0.1);
  jam.musician.release(60);
  pass(context, 0.1);
  const [{ played }, later] = ways[0].told.slice(1);
  assert.deepEqual([later.played[0][0], later.played[0][2]], [played[0][0], 60]); // it is the same note
  assert.ok(Math.abs(later.played[0][1] - 0.1) < 0.03);
  ways[0].hear({ listening: { key: "C major", chord: "Am" } });
  assert.equal(store.state.listening, "Am");
  assert.deepEqual([played.length, played[0][2], played[0][3]], [1, 60, 90]);
  assert.ok(Math.abs(played[0][0] - 0.2) < 0.02); // pressed at 10.5; the first bar began at 10.3
  jam.end();
  assert.equal(store.state.jam, "off");
  assert.ok(ways[0].ended);
  assert.equal(jam.bars.length, 1);
});

test("a key that is pressed before there is sound is heard when there is, as long as it is down", async () => {
  const { jam, sent } = jamOf();
  jam.musician.press(60, 90);
  jam.musician.press(64, 90);
  jam.musician.release(64);
  await jam.musician.ready();
  assert.deepEqual(sent, [["on", 96, 60]]);
  assert.equal(jam.musician.hands.notes[0].end, null);
});

test("another style goes over to another session when its first bar is there", async () => {
  const { jam, store, ways, context } = jamOf();
  await jam.begin();
  ways[0].hear(barOf(0));
  pass(context, 1);
  store.choose({ band: { ...BAND, style: "jazz" } });
  assert.equal(ways.length, 2);
  assert.equal(ways[0].ended, false);
  pass(context, 0.2);
  ways[1].hear(barOf(0));
  assert.ok(ways[0].ended);
  assert.equal(jam.bars.length, 2); // both are kept
  assert.ok(Math.abs(jam.bars[1].time - (context.currentTime + 0.3)) < 1e-9);
});

test("a way that is cut is sought again while what is made up plays on", async () => {
  const { jam, store, ways, context } = jamOf();
  await jam.begin();
  ways[0].hear(barOf(0));
  ways[0].gone();
  pass(context, 4);
  assert.equal(store.state.jam, "playing");
  assert.equal(ways.length, 2);
  ways[1].gone(); // nobody is there
  pass(context, 30);
  assert.equal(store.state.jam, "off");
  assert.equal(store.state.message.text, "!offline");
});

test("a session that is refused says why and ends", async () => {
  const { jam, store, ways } = jamOf();
  await jam.begin();
  ways[0].hear({ error: "There are too many." });
  ways[0].gone();
  assert.equal(store.state.jam, "off");
  assert.equal(store.state.message.text, "There are too many.");
});

test("without a synthesizer nothing begins", async () => {
  const { jam, store, player } = jamOf();
  player.synth = null;
  player.giveWay = async () => null;
  await jam.begin();
  assert.deepEqual([store.state.jam, store.state.message.text], ["off", "none"]);
});

test("a jam that is to sleep fades and ends", async () => {
  const { jam, store, ways, player, context } = jamOf();
  await jam.begin();
  ways[0].hear(barOf(0));
  const faded = [];
  player.fade = (volume) => faded.push(volume);
  store.choose({ sleepAt: Date.now() - 1 });
  pass(context, 0.1);
  assert.equal(faded[0], 0);
  store.choose({ sleepAt: Date.now() - 21_000 });
  pass(context, 0.1);
  assert.equal(store.state.jam, "off");
});

test("playing a piece ends the jam", async () => {
  const { jam, store, ways } = jamOf();
  await jam.begin();
  ways[0].hear(barOf(0));
  store.choose({ playing: true });
  assert.equal(store.state.jam, "off");
});
