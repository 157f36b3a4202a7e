import assert from "node:assert/strict";
import { test } from "node:test";
import { replaceNotes } from "../../../src/antiphon/web/static/music/edits.js";
import { Store } from "../../../src/antiphon/web/static/store.js";
import { pieceOf } from "./piece.mjs";

/** A server in a hundred lines: what the store asks of it, kept in memory. */
class FakeApi {
  constructor() {
    this.calls = [];
    this.histories = { t1: [pieceOf()], t2: [pieceOf({ title: "second" })] };
    this.at = { t1: 0, t2: 0 };
    this.revisions = { t1: 1, t2: 1 };
    this.takesOf = [{ id: "t1", parent: null, verb: "first", rating: null }];
    this.current = "t1";
    this.ui = {};
  }

  about = async () => ({ styles: ["pop"] });
  projects = async () => [{ id: "p1", title: "One", changed: "", n_takes: this.takesOf.length }];
  project = async () => ({
    id: "p1",
    title: "One",
    takes: this.takesOf.map((take) => ({ ...take })),
    current: this.current,
    ui: this.ui,
  });
  newProject = async () => this.project();
  changeProject = async (id, change) => {
    this.calls.push(change);
    if (change.current) this.current = change.current;
  };
  rate = async () => {};
  take = async (id) => ({ ...this.takesOf.find((take) => take.id === id), ...this.#now(id) });
  deleteTake = async (id) => {
    this.takesOf = this.takesOf.filter((take) => take.id !== id);
    this.current = this.takesOf[0].id;
  };
  undo = async (id) => this.#step(id, -1);
  redo = async (id) => this.#step(id, 1);
  ask = async (project, order) => {
    this.calls.push(order);
    return { id: "j1", state: "waiting", progress: 0 };
  };
  watch = async (id, tell) => {
    tell({ id, state: "running", progress: 0.5 });
    this.takesOf.push({ id: "t2", parent: "t1", verb: "inpaint", rating: null });
    return { id, state: "done", progress: 1, takes: ["t2"] };
  };

  async savePiece(id, piece, revision) {
    await new Promise((done) => setTimeout(done, 5));
    if (revision !== this.revisions[id])
      throw Object.assign(new Error("It was changed elsewhere."), { status: 409 });
    this.histories[id] = [...this.histories[id].slice(0, this.at[id] + 1), piece];
    return this.#step(id, 1);
  }

  #step(id, by) {
    this.at[id] += by;
    this.revisions[id]++;
    return this.#now(id);
  }

  #now(id) {
    return {
      piece: this.histories[id][this.at[id]],
      revision: this.revisions[id],
      can_undo: this.at[id] > 0,
      can_redo: this.at[id] < this.histories[id].length - 1,
    };
  }
}

async function begun() {
  const api = new FakeApi();
  const store = new Store(api);
  await store.begin(null);
  return { api, store };
}

const withNote = (store, pitch) =>
  replaceNotes(store.state.piece, "melody", new Set(), [[48, 24, pitch, 90]]);

test("the first project is opened with its current take and first track", async () => {
  const { store } = await begun();
  assert.equal(store.state.take.id, "t1");
  assert.equal(store.state.activeTrack, "melody");
});

test("locks and a mixer that cannot be read count as not there, and the project opens", async () => {
  const api = new FakeApi();
  const store = new Store(api);
  api.ui = { mixer: { melody: null, bass: { mute: true } }, lockedTracks: 5, lockedBars: [1] };
  await store.begin(null);
  assert.equal(store.state.take.id, "t1");
  assert.deepEqual(store.state.mixer, { bass: { mute: true } });
  assert.deepEqual(store.state.lockedTracks, new Set());
  assert.deepEqual(store.state.lockedBars, new Set([1]));
  api.ui = { mixer: null, lockedTracks: "all", lockedBars: {} };
  await store.openProject("p1");
  assert.deepEqual(store.state.mixer, {});
});

test("an edit shows at once and is saved after", async () => {
  const { api, store } = await begun();
  const saved = store.edit(withNote(store, 70));
  assert.equal(store.state.piece.tracks[0].notes.length, 3);
  assert.equal(store.state.saving, "saving");
  await saved;
  assert.equal(store.state.saving, "saved");
  assert.equal(api.histories.t1.length, 2);
});

test("edits that come while one is being saved are saved in order, none against an old revision", async () => {
  const { api, store } = await begun();
  const first = store.edit(withNote(store, 70));
  await new Promise((done) => setTimeout(done, 1));
  store.edit(withNote(store, 71));
  await Promise.all([first, store.edit(withNote(store, 72))]);
  assert.equal(store.state.message, null);
  assert.equal(api.histories.t1.at(-1).tracks[0].notes.length, 5);
});

test("an edit that the server refuses gives way to what the server has", async () => {
  const { api, store } = await begun();
  api.revisions.t1 = 9; // somebody else has edited
  await store.edit(withNote(store, 70));
  assert.equal(store.state.message.text, "!elsewhere");
  assert.equal(store.state.piece.tracks[0].notes.length, 2);
  assert.equal(store.state.take.revision, 9);
  await store.edit(withNote(store, 70));
  assert.equal(store.state.saving, "saved");
});

test("an edit waits for a server that is gone, is not said to be saved, and is saved when it is there", async () => {
  const { api, store } = await begun();
  store.againMs = 1;
  const { savePiece } = api;
  let n_asked = 0;
  api.savePiece = async (id, piece, revision) => {
    if (++n_asked === 2) await savePiece.call(api, id, piece, revision); // the answer is lost
    if (n_asked < 4) throw Object.assign(new Error(""), { status: 0 });
    return savePiece.call(api, id, piece, revision);
  };
  const said = new Set();
  store.on(["saving"], ({ saving }) => said.add(saving));
  const first = store.edit(withNote(store, 70));
  await new Promise((done) => setTimeout(done, 1));
  assert.equal(store.state.saving, "failed");
  assert.equal(store.state.message.text, "!offline");
  await Promise.all([first, store.edit(withNote(store, 72))]);
  assert.equal(store.state.saving, "saved");
  assert.equal(store.state.message, null);
  assert.equal(api.histories.t1.at(-1).tracks[0].notes.length, 4); // two there were, and both edits
  assert.deepEqual(store.state.piece, api.histories.t1.at(-1));
});

test("undo takes an edit back and redo brings it again", async () => {
  const { store } = await begun();
  await store.edit(withNote(store, 70));
  await store.undo();
  assert.equal(store.state.piece.tracks[0].notes.length, 2);
  await store.redo();
  assert.equal(store.state.piece.tracks[0].notes.length, 3);
});

test("what was asked for is a new take; undo goes back to the one it was made from, redo forward", async () => {
  const { api, store } = await begun();
  await store.ask("inpaint", { bars: "1-2" });
  assert.deepEqual(api.calls[0], { verb: "inpaint", take: "t1", options: { bars: "1-2" } });
  assert.equal(store.state.take.id, "t2");
  assert.deepEqual(store.state.compare, { a: "t1", b: "t2" });
  await store.undo();
  assert.equal(store.state.take.id, "t1");
  assert.equal(store.canRedo, true);
  await store.redo();
  assert.equal(store.state.take.id, "t2");
});

test("a new piece is made of no take", async () => {
  const { api, store } = await begun();
  await store.ask("compose", { style: "pop" });
  assert.equal("take" in api.calls[0], false);
});

test("when the take in hand is deleted, the one that the server has in hand is shown", async () => {
  const { store } = await begun();
  await store.ask("vary", {});
  await store.deleteTake("t2");
  assert.equal(store.state.take.id, "t1");
  assert.deepEqual(
    store.state.project.takes.map((take) => take.id),
    ["t1"],
  );
  assert.deepEqual(store.state.compare, { a: "t1", b: "" });
});

test("flipping goes between A and B", async () => {
  const { store } = await begun();
  await store.ask("vary", {});
  await store.flip();
  assert.equal(store.state.take.id, "t1");
  await store.flip();
  assert.equal(store.state.take.id, "t2");
});

test("only marked bars that are not locked are asked again", async () => {
  const { store } = await begun();
  assert.deepEqual(store.freeBars(), [0, 1, 2, 3]);
  store.toggleBarLock(2);
  store.choose({ loop: { start: 96, end: 384 } });
  assert.deepEqual(store.freeBars(), [1, 3]);
});

test("a job that failed tells why", async () => {
  const { api, store } = await begun();
  api.watch = async () => ({ state: "failed", message: "The piece has all parts already.", takes: [] });
  await store.ask("accompany", {});
  assert.equal(store.state.message.text, "The piece has all parts already.");
  assert.equal(store.isAsking(), false);
});

test("a server that dies while it composes leaves nothing waiting", async () => {
  const { api, store } = await begun();
  api.watch = async () => {
    throw Object.assign(new Error(""), { status: 0 });
  };
  await store.ask("compose", {});
  assert.equal(store.isAsking(), false);
  assert.equal(store.state.message.text, "!offline");
});

test("a page that is loaded anew goes on waiting for what was asked for", async () => {
  const { api, store } = await begun();
  api.jobs = async () => [
    { id: "j0", project: "p1", state: "done", progress: 1 },
    { id: "j8", project: "p8", state: "running", progress: 0.5 },
    { id: "j1", project: "p1", state: "running", progress: 0.5 },
  ];
  await store.resume();
  assert.equal(store.state.take.id, "t2");
  assert.equal(store.isAsking(), false);
  api.jobs = async () => [];
  await store.resume();
  assert.equal(store.state.project.takes.length, 2);
});

test("the grid follows the piece's own resolution", async () => {
  const { store } = await begun();
  assert.equal(store.grid, 6);
  store.choose({ division: 3 });
  assert.equal(store.grid, 8);
  await store.edit({ ...store.state.piece, resolution: 480 });
  assert.equal(store.grid, 160);
});

test("who listens is told of what they asked for, and of nothing else", async () => {
  const { store } = await begun();
  let heard = 0;
  store.on(["tool"], () => heard++);
  store.choose({ playing: true });
  store.choose({ tool: "draw" });
  assert.equal(heard, 2); // once at the beginning
});
