/**
 * The project and the take in hand: opening, bringing in, comparing.
 *
 * @import {Piece, Project, Take} from "./types.js"
 */
import { endOf } from "./music/edits.js";
import { Known } from "./state.js";

/** @typedef {import("./api.js").Api} Api */
/** @typedef {Take & {piece: Piece}} OpenTake */

/** Whether the server could not be asked. @param {unknown} error */
export function isUnreached(error) {
  return error instanceof Error && "status" in error && error.status === 0;
}

/** What a project's file keeps of the page; what cannot be read of it counts as not there. @param {Record<string, any>} ui */
function kept({ mixer, lockedTracks, lockedBars }) {
  const strips = Object.entries(mixer ?? {}).filter(([, strip]) => strip instanceof Object);
  const those = (/** @type {unknown} */ list) => new Set(Array.isArray(list) ? list : []);
  return {
    mixer: Object.fromEntries(strips),
    lockedTracks: those(lockedTracks),
    lockedBars: those(lockedBars),
  };
}

/** What of the store has to do with projects and takes; `Store` adds what changes a piece. */
export class Opened extends Known {
  /** @type {Map<string, OpenTake>} takes that were open before */
  open = new Map();
  /** @type {string[]} takes that undo stepped back from */
  forward = [];
  saved = Promise.resolve();

  /** @param {Api} api */
  constructor(api) {
    super();
    this.api = api;
  }

  /** @protected @param {unknown} error shown to the person; what is not the server's word is a bug and thrown on */
  fail(error) {
    if (!(error instanceof Error) || !("status" in error)) throw error;
    const text = error.status === 409 ? "!elsewhere" : error.message || "!offline";
    this.set({ message: { kind: "error", text, status: Number(error.status) } });
  }

  /** Run an action that asks the server; what it refuses is shown. @template T @param {() => Promise<T>} action */
  async attempt(action) {
    try {
      return await action();
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  /** @protected Save something once all before it is saved. @param {() => Promise<void>} action */
  afterSaving(action) {
    this.saved = this.saved.then(action);
  }

  // projects

  /** Open the project that was open last, or the newest, or a new one. @param {string|null} wanted */
  begin(wanted) {
    return this.attempt(async () => {
      const last = wanted ? this.api.project(wanted).catch(() => null) : null;
      const [about, projects] = await Promise.all([this.api.about(), this.api.projects()]);
      this.set({ about, projects });
      const known = (await last) ?? (projects[0] && (await this.api.project(projects[0].id)));
      await (known ? this.#show(known) : this.#showNew(await this.api.newProject()));
    });
  }

  /** @param {string} id */
  openProject(id) {
    return this.attempt(async () => {
      await this.saved;
      await this.#show(await this.api.project(id));
    });
  }

  newProject() {
    return this.attempt(async () => {
      await this.saved;
      await this.#showNew(await this.api.newProject());
    });
  }

  /** @param {File} file */
  importProject(file) {
    return this.attempt(async () => {
      await this.saved;
      await this.#showNew(await this.api.importProject(file));
    });
  }

  listProjects() {
    return this.attempt(async () => this.set({ projects: await this.api.projects() }));
  }

  /** @param {string} id */
  deleteProject(id) {
    return this.attempt(async () => {
      await this.api.deleteProject(id);
      const projects = await this.api.projects();
      this.set({ projects });
      if (this.state.project?.id !== id) return;
      const next = projects[0];
      await this.#show(next ? await this.api.project(next.id) : await this.api.newProject());
    });
  }

  /** @param {string} title */
  rename(title) {
    return this.attempt(async () => {
      const project = this.state.project;
      if (!project || !title.trim() || title === project.title) return;
      await this.api.changeProject(project.id, { title: title.trim() });
      this.set({ project: { ...project, title: title.trim() } });
      this.set({ projects: await this.api.projects() });
    });
  }

  /** @param {Project} project */
  async #show(project) {
    this.open.clear();
    this.forward = [];
    this.set({
      project,
      ...kept(project.ui),
      loop: null,
      job: null,
      playing: false,
      compare: { a: "", b: "" },
    });
    await this.showTake(project.current || (project.takes[0]?.id ?? ""));
  }

  /** @param {Project} project that was not there before */
  async #showNew(project) {
    await this.#show(project);
    this.set({ projects: await this.api.projects() });
  }

  // takes

  /** @param {string} id */
  openTake(id) {
    return this.attempt(async () => {
      this.forward = [];
      await this.saved;
      await this.showTake(id);
    });
  }

  /** @param {string} id */
  async showTake(id) {
    const take = this.open.get(id) ?? (await this.api.take(id));
    this.open.set(id, take);
    const track = take.piece.tracks.find((each) => each.id === this.state.activeTrack);
    const finer = take.piece.resolution / (this.state.piece?.resolution ?? take.piece.resolution);
    const marked = this.state.loop;
    const loop = marked && { start: marked.start * finer, end: marked.end * finer };
    this.set({
      take,
      piece: take.piece,
      selection: new Set(),
      activeTrack: (track ?? take.piece.tracks[0])?.id ?? "",
      loop: loop && loop.end <= endOf(take.piece) ? loop : null,
    });
    const project = this.state.project;
    if (!project || project.current === id) return;
    this.set({ project: { ...project, current: id } });
    await this.api.changeProject(project.id, { current: id });
  }

  /** @param {string} id */
  deleteTake(id) {
    return this.attempt(async () => {
      await this.api.deleteTake(id);
      this.open.delete(id);
      const { a, b } = this.state.compare;
      this.set({ compare: { a: a === id ? "" : a, b: b === id ? "" : b } });
      await this.reload();
    });
  }

  /** @param {string} id @param {number|null} rating */
  rate(id, rating) {
    return this.attempt(async () => {
      await this.api.rate(id, rating);
      const project = this.state.project;
      if (!project) return;
      const takes = project.takes.map((take) => (take.id === id ? { ...take, rating } : take));
      this.set({ project: { ...project, takes } });
    });
  }

  /** Put a take on side A or B; the other side is the take in hand unless one is there. @param {"a"|"b"} side @param {string} id */
  compare(side, id) {
    const compare = { ...this.state.compare, [side]: id };
    const other = side === "a" ? "b" : "a";
    if (!compare[other] || compare[other] === id) {
      const inHand = this.state.take?.id ?? "";
      compare[other] = inHand === id ? "" : inHand;
    }
    this.set({ compare });
  }

  /** Hear the other side, at the same place. */
  async flip() {
    const { a, b } = this.state.compare;
    if (a && b) await this.openTake(this.state.take?.id === a ? b : a);
  }

  /** @param {File} file @returns {Promise<boolean>} whether it could be read */
  upload(file) {
    return this.#added((project) => this.api.upload(project, file));
  }

  /** Keep a piece as another take. @param {Piece} piece @param {string} name @returns {Promise<boolean>} whether it was kept */
  keep(piece, name) {
    return this.#added((project) => this.api.addTake(project, { piece, name }));
  }

  /** @param {(project: string) => Promise<Take>} add */
  async #added(add) {
    const project = this.state.project;
    if (!project) return false;
    const take = await this.attempt(async () => {
      const made = await add(project.id);
      await this.reload(made.id);
      return made;
    });
    return take !== undefined;
  }

  /** Read the project's takes again and take one in hand; the server's, where none is named and that in hand is gone. @param {string} [wanted] */
  async reload(wanted) {
    const project = this.state.project;
    if (!project) return;
    const fresh = await this.api.project(project.id);
    const isThere = fresh.takes.some(({ id }) => id === this.state.take?.id);
    const take = wanted ?? (isThere ? undefined : fresh.current);
    if (take && !this.open.has(take)) this.open.set(take, await this.api.take(take));
    this.set({ project: { ...fresh, ui: project.ui } });
    if (take) await this.showTake(take);
  }
}
