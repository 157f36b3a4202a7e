/**
 * What the page knows, and the only place that changes it.
 *
 * Parts read `state`, listen with `on`, and call actions. An edit shows at once and is saved behind
 * the scenes, one request at a time; undo and redo are the server's, so they survive a reload.
 *
 * @import {Job, Note, Piece, Project, Range, Strip, Take} from "./types.js"
 */
import { endOf } from "./music/edits.js";
import { barStarts } from "./music/time.js";

/** @typedef {import("./api.js").Api} Api */
/** @typedef {Take & {piece: Piece}} OpenTake */

/**
 * @typedef {object} State
 * @property {any} about                  what the server offers
 * @property {{id: string, title: string, changed: string, n_takes: number}[]} projects
 * @property {Project|null} project
 * @property {Take|null} take             the take in hand
 * @property {Piece|null} piece           its notes
 * @property {string} activeTrack         the track that is edited
 * @property {Set<Note>} selection        notes of the active track
 * @property {Set<string>} lockedTracks   stay as they are when asked again
 * @property {Set<number>} lockedBars
 * @property {Record<string, Strip>} mixer by track id
 * @property {Range|null} loop            a stretch that was marked
 * @property {boolean} looping            whether playing goes round in it, or in the whole piece
 * @property {boolean} playing
 * @property {number} division            of a quarter note, that notes snap to
 * @property {"select"|"draw"} tool
 * @property {Job|null} job
 * @property {{a: string, b: string}} compare take ids
 * @property {"saved"|"saving"|"failed"} saving
 * @property {{kind: "info"|"error", text: string}|null} message
 * @property {"" | "loading" | "ready" | "rendered" | "none"} sound where sound comes from
 */

/** @returns {State} */
const nothing = () => ({
  about: null, projects: [], project: null, take: null, piece: null, activeTrack: "",
  selection: new Set(), lockedTracks: new Set(), lockedBars: new Set(), mixer: {}, loop: null,
  looping: true, playing: false, division: 4, tool: "select", job: null, compare: { a: "", b: "" },
  saving: "saved", message: null, sound: "",
});

const PLAIN_STRIP = Object.freeze({ mute: false, solo: false });
const UI_PAUSE_MS = 600;

export class Store {
  /** @type {{keys: (keyof State)[], tell: (state: State) => void}[]} */
  #listeners = [];
  /** @type {Map<string, OpenTake>} takes that were open before */
  #open = new Map();
  /** @type {string[]} takes that undo stepped back from */
  #forward = [];
  #saved = Promise.resolve();
  #dirty = false;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #uiTimer;

  /** @param {Api} api */
  constructor(api) {
    this.api = api;
    this.state = nothing();
  }

  /** Steps that notes snap to. */
  get grid() {
    return Math.max(1, Math.round((this.state.piece?.resolution ?? 24) / this.state.division));
  }

  /**
   * Be told when any of `keys` changes, and once now.
   * @param {(keyof State)[]} keys
   * @param {(state: State) => void} tell
   */
  on(keys, tell) {
    this.#listeners.push({ keys, tell });
    tell(this.state);
  }

  /** @param {Partial<State>} change */
  #set(change) {
    Object.assign(this.state, change);
    const changed = /** @type {(keyof State)[]} */ (Object.keys(change));
    for (const { keys, tell } of this.#listeners) {
      if (keys.some((key) => changed.includes(key))) tell(this.state);
    }
  }

  /** @param {unknown} error shown to the person; what is not the server's word is a bug and thrown on */
  #fail(error) {
    if (!(error instanceof Error) || !("status" in error)) throw error;
    this.#set({ message: { kind: "error", text: error.message || "!offline" } });
  }

  /** Run an action that asks the server; what it refuses is shown. @template T @param {() => Promise<T>} action */
  async #try(action) {
    try {
      return await action();
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  // projects

  /** Open the project that was open last, or the newest, or a new one. @param {string|null} wanted */
  begin(wanted) {
    return this.#try(async () => {
      const last = wanted ? this.api.project(wanted).catch(() => null) : null;
      const [about, projects] = await Promise.all([this.api.about(), this.api.projects()]);
      this.#set({ about, projects });
      const known = (await last) ?? (projects[0] && (await this.api.project(projects[0].id)));
      await (known ? this.#show(known) : this.#showNew(await this.api.newProject()));
    });
  }

  /** @param {string} id */
  openProject(id) {
    return this.#try(async () => {
      await this.#saved;
      await this.#show(await this.api.project(id));
    });
  }

  newProject() {
    return this.#try(async () => this.#showNew(await this.api.newProject()));
  }

  /** @param {File} file */
  importProject(file) {
    return this.#try(async () => this.#showNew(await this.api.importProject(file)));
  }

  /** @param {string} id */
  deleteProject(id) {
    return this.#try(async () => {
      await this.api.deleteProject(id);
      const projects = await this.api.projects();
      this.#set({ projects });
      if (this.state.project?.id !== id) return;
      const next = projects[0];
      await this.#show(next ? await this.api.project(next.id) : await this.api.newProject());
    });
  }

  /** @param {string} title */
  rename(title) {
    return this.#try(async () => {
      const project = this.state.project;
      if (!project || !title.trim() || title === project.title) return;
      await this.api.changeProject(project.id, { title: title.trim() });
      this.#set({ project: { ...project, title: title.trim() } });
      this.#set({ projects: await this.api.projects() });
    });
  }

  /** @param {Project} project */
  async #show(project) {
    this.#open.clear();
    this.#forward = [];
    const { mixer = {}, lockedTracks = [], lockedBars = [] } = project.ui ?? {};
    this.#set({
      project, mixer, loop: null, job: null, playing: false,
      lockedTracks: new Set(lockedTracks), lockedBars: new Set(lockedBars),
      compare: { a: "", b: "" },
    });
    await this.#showTake(project.current || (project.takes[0]?.id ?? ""));
  }

  /** @param {Project} project that was not there before */
  async #showNew(project) {
    await this.#show(project);
    this.#set({ projects: await this.api.projects() });
  }

  // takes

  /** @param {string} id */
  openTake(id) {
    return this.#try(async () => {
      this.#forward = [];
      await this.#saved;
      await this.#showTake(id);
    });
  }

  /** @param {string} id */
  async #showTake(id) {
    const take = this.#open.get(id) ?? (await this.api.take(id));
    this.#open.set(id, take);
    const track = take.piece.tracks.find((each) => each.id === this.state.activeTrack);
    const finer = take.piece.resolution / (this.state.piece?.resolution ?? take.piece.resolution);
    const marked = this.state.loop;
    const loop = marked && { start: marked.start * finer, end: marked.end * finer };
    this.#set({
      take, piece: take.piece, selection: new Set(),
      activeTrack: (track ?? take.piece.tracks[0])?.id ?? "",
      loop: loop && loop.end <= endOf(take.piece) ? loop : null,
    });
    const project = this.state.project;
    if (!project || project.current === id) return;
    this.#set({ project: { ...project, current: id } });
    await this.api.changeProject(project.id, { current: id });
  }

  /** @param {string} id */
  deleteTake(id) {
    return this.#try(async () => {
      await this.api.deleteTake(id);
      this.#open.delete(id);
      const fresh = await this.api.project(this.state.project?.id ?? "");
      await this.#reload(id === this.state.take?.id ? fresh.current : undefined);
    });
  }

  /** @param {string} id @param {number|null} rating */
  rate(id, rating) {
    return this.#try(async () => {
      await this.api.rate(id, rating);
      this.#takes((take) => (take.id === id ? { ...take, rating } : take));
    });
  }

  /** @param {(take: Take) => Take} change */
  #takes(change) {
    const project = this.state.project;
    if (project) this.#set({ project: { ...project, takes: project.takes.map(change) } });
  }

  /** Put a take on side A or B; the other side is the take in hand unless one is there. @param {"a"|"b"} side @param {string} id */
  compare(side, id) {
    const compare = { ...this.state.compare, [side]: id };
    const other = side === "a" ? "b" : "a";
    if (!compare[other] || compare[other] === id) {
      const inHand = this.state.take?.id ?? "";
      compare[other] = inHand === id ? "" : inHand;
    }
    this.#set({ compare });
  }

  /** Hear the other side, at the same place. */
  async flip() {
    const { a, b } = this.state.compare;
    if (a && b) await this.openTake(this.state.take?.id === a ? b : a);
  }

  /** @param {File} file @returns {Promise<boolean>} whether it could be read */
  async upload(file) {
    const project = this.state.project;
    if (!project) return false;
    const take = await this.#try(async () => {
      const made = await this.api.upload(project.id, file);
      await this.#reload(made.id);
      return made;
    });
    return take !== undefined;
  }

  /** Read the project's takes again and take one in hand. @param {string} [take] */
  async #reload(take) {
    const project = this.state.project;
    if (!project) return;
    const fresh = await this.api.project(project.id);
    if (take && !this.#open.has(take)) this.#open.set(take, await this.api.take(take));
    this.#set({ project: { ...fresh, ui: project.ui } });
    if (take) await this.#showTake(take);
  }

  // edits

  /**
   * Show a change at once and save it.
   * @param {Piece} piece
   * @param {Iterable<Note>} [selection] notes of the new piece
   */
  edit(piece, selection = []) {
    this.#forward = [];
    this.#set({ piece, selection: new Set(selection), saving: "saving", message: null });
    if (!this.#dirty) {
      this.#dirty = true;
      this.#saved = this.#saved.then(() => this.#save());
    }
    return this.#saved;
  }

  async #save() {
    const { take, piece } = this.state;
    this.#dirty = false;
    if (!take || !piece) return;
    try {
      const saved = await this.api.savePiece(take.id, piece, take.revision);
      const { chords, sections } = saved.piece; // the server spells chords for the key
      const settled = { ...piece, chords, sections };
      this.#keep(take.id, { ...saved, piece: settled });
      if (!this.#dirty) this.#set({ piece: settled, saving: "saved" });
    } catch (error) {
      this.#set({ saving: "failed" });
      this.#fail(error);
      this.#open.delete(take.id);
      await this.#try(() => this.#showTake(take.id)); // what the server has is what counts
      this.#set({ saving: "saved" });
    }
  }

  /** @param {string} id @param {import("./api.js").Saved} saved */
  #keep(id, saved) {
    const take = /** @type {OpenTake} */ ({ ...(this.#open.get(id) ?? this.state.take), ...saved });
    this.#open.set(id, take);
    if (this.state.take?.id === id) this.#set({ take });
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
    const next = this.state.project?.takes.find((take) => take.id === this.#forward.at(-1));
    return next && next.parent === this.state.take?.id ? next : undefined;
  }

  /** Take the last edit back; of a take without edits, go back to the one it was made from. */
  undo() {
    return this.#try(async () => {
      await this.#saved;
      const take = this.state.take;
      if (take?.can_undo) return this.#step(await this.api.undo(take.id));
      if (!take?.parent) return;
      this.#forward.push(take.id);
      await this.#showTake(take.parent);
    });
  }

  redo() {
    return this.#try(async () => {
      await this.#saved;
      const [take, next] = [this.state.take, this.#next];
      if (next) {
        this.#forward.pop();
        await this.#showTake(next.id);
      } else if (take?.can_redo) {
        this.#step(await this.api.redo(take.id));
      }
    });
  }

  /** @param {import("./api.js").Saved} saved */
  #step(saved) {
    if (this.state.take) this.#keep(this.state.take.id, saved);
    this.#set({ piece: saved.piece, selection: new Set() });
  }

  // asking

  /**
   * @param {string} verb
   * @param {Record<string, unknown>} options
   * @param {string[]} [takes] that it works on; the one in hand when left out
   */
  ask(verb, options, takes) {
    return this.#try(async () => {
      const { project } = this.state;
      if (!project || this.isAsking()) return;
      await this.#saved;
      const [take, other_take] = takes ?? [this.state.take?.id];
      const given = verb === "compose" ? {} : { take, ...(other_take && { other_take }) };
      const order = { verb, ...given, options };
      const job = await this.api.ask(project.id, order);
      this.#set({ message: null, job: { ...job, state: job.state ?? "waiting", progress: job.progress ?? 0 } });
      const ended = await this.api.watch(job.id, (now) => this.#set({ job: { ...job, ...now } }));
      this.#set({ job: null });
      if (ended.state === "failed") {
        this.#set({ message: { kind: "error", text: ended.message || "!failed" } });
      }
      if (ended.state !== "done" || this.state.project?.id !== project.id) return;
      const before = this.state.take?.id ?? "";
      const made = ended.takes ?? [];
      await this.#reload(made[0]);
      if (made[0] && before) this.#set({ compare: { a: before, b: made[0] } });
    });
  }

  isAsking() {
    return this.state.job !== null;
  }

  cancel() {
    const job = this.state.job;
    return this.#try(async () => {
      if (job) await this.api.cancel(job.id);
    });
  }

  // what is marked, locked, mixed

  /** @param {Partial<Pick<State, "activeTrack"|"selection"|"division"|"tool"|"playing"|"looping"|"loop"|"message"|"sound">>} change */
  choose(change) {
    if (change.activeTrack && change.activeTrack !== this.state.activeTrack && !change.selection) {
      change = { ...change, selection: new Set() };
    }
    this.#set(change);
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
    this.#set(change);
    const project = this.state.project;
    clearTimeout(this.#uiTimer);
    if (!project) return;
    this.#uiTimer = setTimeout(() => {
      const { mixer, lockedTracks, lockedBars } = this.state;
      const ui = { mixer, lockedTracks: [...lockedTracks], lockedBars: [...lockedBars] };
      void this.#try(() => this.api.changeProject(project.id, { ui }));
    }, UI_PAUSE_MS);
  }

  /** Bars that are asked again: those marked, else all, without the locked ones. @returns {number[]} */
  freeBars() {
    const { piece, loop, lockedBars } = this.state;
    if (!piece) return [];
    const starts = barStarts(piece);
    const all = Array.from({ length: piece.n_bars }, (_, bar) => bar);
    return all.filter((bar) => !lockedBars.has(bar) &&
      (!loop || (starts[bar] < loop.end && starts[bar + 1] > loop.start)));
  }
}
