/**
 * What the page knows, and the only place that changes it.
 *
 * Parts read `state`, listen with `on`, and call actions. An edit shows at once and is saved behind
 * the scenes, one request at a time; undo and redo are the server's, so they survive a reload.
 *
 * @import {State} from "./state.js"
 * @import {Job, Note, Piece, Strip, Take, Track} from "./types.js"
 * @import {OpenTake} from "./opened.js"
 */
import { barStarts } from "./music/time.js";
import { isUnreached, Opened } from "./opened.js";

/** @typedef {"activeTrack"|"selection"|"division"|"tool"|"playing"|"looping"|"loop"|"message"|"sound"|"volume"} ChosenHere */
/** @typedef {ChosenHere|"jam"|"band"|"seat"|"wishes"|"live"|"listening"|"instrument"|"octave"|"sleepAt"} Chosen what people and sound set */

const PLAIN_STRIP = Object.freeze({ mute: false, solo: false });
const UI_PAUSE_MS = 600;
const OVER = ["done", "failed", "cancelled"]; // states of a job

export class Store extends Opened {
  againMs = 2000; // after which a server that did not answer is asked again
  #dirty = false;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #uiTimer;

  /** Steps that notes snap to. */
  get grid() {
    return Math.max(1, Math.round((this.state.piece?.resolution ?? 24) / this.state.division));
  }

  /** The track in hand. @returns {Track|undefined} */
  get track() {
    const { piece, activeTrack } = this.state;
    return piece?.tracks.find((track) => track.id === activeTrack);
  }

  // edits

  /**
   * Show a change at once and save it.
   * @param {Piece} piece
   * @param {Iterable<Note>} [selection] notes of the new piece
   */
  edit(piece, selection = []) {
    this.forward = [];
    this.set({ piece, selection: new Set(selection), saving: "saving", message: null });
    if (!this.#dirty) {
      this.#dirty = true;
      this.afterSaving(() => this.#save());
    }
    return this.saved;
  }

  async #save() {
    const { take, piece } = this.state;
    this.#dirty = false;
    if (!take || !piece) return;
    try {
      const saved = await this.#reach(take, piece);
      const { chords, sections } = saved.piece; // the server spells chords for the key
      const settled = { ...piece, chords, sections };
      this.#keep(take.id, { ...saved, piece: settled });
      if (!this.#dirty) this.set({ piece: settled, saving: "saved" });
    } catch (error) {
      this.set({ saving: "failed" });
      this.fail(error);
      this.open.delete(take.id);
      await this.attempt(() => this.showTake(take.id)); // what the server has is what counts
      this.set({ saving: "saved" });
    }
  }

  /**
   * Save a piece, as soon as the server is there; what was edited stays on the page meanwhile.
   * @param {Take} take @param {Piece} piece
   */
  async #reach({ id, revision }, piece) {
    for (let tries = 0; ; tries++) {
      try {
        const saved = await this.api.savePiece(id, piece, revision);
        if (tries) this.set({ message: null });
        return saved;
      } catch (error) {
        if (isUnreached(error)) {
          if (!tries) this.fail(error);
          this.set({ saving: "failed" });
          await new Promise((done) => setTimeout(done, this.againMs));
        } else if (tries) {
          const there = await this.api.take(id); // the answer may have been lost, not the edit
          if (there.revision === revision) throw error;
          revision = there.revision;
        } else throw error;
      }
    }
  }

  /** @param {string} id @param {import("./api.js").Saved} saved */
  #keep(id, saved) {
    const take = /** @type {OpenTake} */ ({ ...(this.open.get(id) ?? this.state.take), ...saved });
    this.open.set(id, take);
    if (this.state.take?.id === id) this.set({ take });
  }

  get canUndo() {
    const { take, saving } = this.state;
    return saving === "saving" || Boolean(take?.can_undo || take?.parent);
  }

  get canRedo() {
    return Boolean(this.#next || this.state.take?.can_redo);
  }

  /** The take that undo came back from. */
  get #next() {
    const next = this.state.project?.takes.find((take) => take.id === this.forward.at(-1));
    return next && next.parent === this.state.take?.id ? next : undefined;
  }

  /** Take the last edit back; of a take without edits, go back to the one it was made from. */
  undo() {
    return this.attempt(async () => {
      await this.saved;
      const take = this.state.take;
      if (take?.can_undo) return this.#step(await this.api.undo(take.id));
      if (!take?.parent) return;
      this.forward.push(take.id);
      await this.showTake(take.parent);
    });
  }

  redo() {
    return this.attempt(async () => {
      await this.saved;
      const [take, next] = [this.state.take, this.#next];
      if (next) {
        this.forward.pop();
        await this.showTake(next.id);
      } else if (take?.can_redo) {
        this.#step(await this.api.redo(take.id));
      }
    });
  }

  /** @param {import("./api.js").Saved} saved */
  #step(saved) {
    if (this.state.take) this.#keep(this.state.take.id, saved);
    this.set({ piece: saved.piece, selection: new Set() });
  }

  // asking

  /**
   * @param {string} verb
   * @param {Record<string, unknown>} options
   * @param {string[]} [takes] that it works on; the one in hand when left out
   * @returns {Promise<boolean|undefined>} whether a new take is in hand
   */
  ask(verb, options, takes) {
    return this.attempt(async () => {
      const { project } = this.state;
      if (!project || this.isAsking()) return false;
      await this.saved;
      const [take, other_take] = takes ?? [this.state.take?.id];
      const given = verb === "compose" ? {} : { take, ...(other_take && { other_take }) };
      const order = { verb, ...given, options };
      return this.#follow(await this.api.ask(project.id, order), project.id);
    });
  }

  /** Follow what was asked for before the page was loaded anew. */
  resume() {
    return this.attempt(async () => {
      const project = this.state.project?.id ?? "";
      const jobs = await this.api.jobs();
      const going = jobs.find((job) => job.project === project && !OVER.includes(job.state));
      if (going && !this.isAsking()) await this.#follow(going, project);
    });
  }

  /** @param {Job} job @param {string} project @returns {Promise<boolean>} whether a new take is in hand */
  async #follow(job, project) {
    this.set({
      message: null,
      job: { ...job, state: job.state ?? "waiting", progress: job.progress ?? 0 },
    });
    const ended = await this.api
      .watch(job.id, (now) => this.set({ job: { ...job, ...now } }))
      .finally(() => this.set({ job: null }));
    if (ended.state === "failed") {
      this.set({ message: { kind: "error", text: ended.message || "!failed", status: 400 } });
    }
    if (ended.state !== "done" || this.state.project?.id !== project) return false;
    const before = this.state.take?.id ?? "";
    const made = ended.takes ?? [];
    await this.reload(made[0]);
    if (made[0] && before) this.set({ compare: { a: before, b: made[0] } });
    return made.length > 0;
  }

  /** Keep what is heard at a place of the map. @param {Record<string, unknown>} here @returns {Promise<boolean|undefined>} whether a new take is in hand */
  keepPlace(here) {
    return this.attempt(async () => {
      const before = this.state.take?.id ?? "";
      const made = await this.api.keepPlace(before, here);
      await this.reload(made.id);
      this.set({ compare: { a: before, b: made.id } });
      return true;
    });
  }

  isAsking() {
    return this.state.job !== null;
  }

  cancel() {
    const job = this.state.job;
    return this.attempt(async () => {
      if (job) await this.api.cancel(job.id);
    });
  }

  // what is marked, locked, mixed

  /** @param {Partial<Pick<State, Chosen>>} change */
  choose(change) {
    if (change.activeTrack && change.activeTrack !== this.state.activeTrack && !change.selection) {
      change = { ...change, selection: new Set() };
    }
    this.set(change);
  }

  /** @param {string} id */
  toggleTrackLock(id) {
    const lockedTracks = new Set(this.state.lockedTracks);
    if (!lockedTracks.delete(id)) lockedTracks.add(id);
    this.#ui({ lockedTracks });
  }

  /** @param {number} bar */
  toggleBarLock(bar) {
    const lockedBars = new Set(this.state.lockedBars);
    if (!lockedBars.delete(bar)) lockedBars.add(bar);
    this.#ui({ lockedBars });
  }

  /** @param {string} track @param {Partial<Strip>} change */
  mix(track, change) {
    const strip = { ...PLAIN_STRIP, ...this.state.mixer[track], ...change };
    this.#ui({ mixer: { ...this.state.mixer, [track]: strip } });
  }

  /** @param {Partial<State>} change kept with the project */
  #ui(change) {
    this.set(change);
    const { project, mixer, lockedTracks, lockedBars } = this.state;
    if (!project) return;
    const ui = { mixer, lockedTracks: [...lockedTracks], lockedBars: [...lockedBars] };
    clearTimeout(this.#uiTimer);
    this.#uiTimer = setTimeout(() => {
      void this.attempt(() => this.api.changeProject(project.id, { ui }));
    }, UI_PAUSE_MS);
  }

  /** Bars that are asked again: those marked, else all, without the locked ones. @returns {number[]} */
  freeBars() {
    const { piece, loop, lockedBars } = this.state;
    if (!piece) return [];
    const starts = barStarts(piece);
    const all = Array.from({ length: piece.n_bars }, (_, bar) => bar);
    return all.filter(
      (bar) => !lockedBars.has(bar) && (!loop || (starts[bar] < loop.end && starts[bar + 1] > loop.start)),
    );
  }
}
