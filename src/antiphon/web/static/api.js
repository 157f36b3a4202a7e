/**
 * The server's API, one function a request. Only this file fetches.
 * @import {Job, Piece, Project, Take} from "./types.js"
 */

/** What set-up has fetched for the browser: the synthesizer, and its half on the audio thread. */
export const SYNTH = Object.freeze({
  library: "/vendor/spessasynth_lib.js",
  processor: "/vendor/spessasynth_processor.min.js",
});
const SOUNDFONT = "/api/soundfont";

/** What the server refuses, in its own words. */
export class ApiError extends Error {
  /** @param {number} status 0 when the server cannot be reached @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<Response>}
 */
async function request(path, init) {
  let response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new ApiError(0, "");
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  throw new ApiError(response.status, typeof body.error === "string" ? body.error : "");
}

/**
 * @param {string} method
 * @param {string} path below /api
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
async function call(method, path, body) {
  const json = body !== undefined && !(body instanceof FormData);
  const response = await request(`/api${path}`, {
    method,
    headers: json ? { "Content-Type": "application/json" } : {},
    body: json ? JSON.stringify(body) : /** @type {FormData|undefined} */ (body),
  });
  return response.status === 204 ? null : response.json();
}

/** @param {File} file */
function form(file) {
  const data = new FormData();
  data.append("file", file);
  return data;
}

/** @typedef {{id: string, title: string, changed: string, n_takes: number}} ProjectEntry */
/** @typedef {{piece: Piece, revision: number, can_undo: boolean, can_redo: boolean}} Saved */

export const api = {
  about: () => call("GET", "/about"),

  /** @returns {Promise<ProjectEntry[]>} */
  projects: async () => (await call("GET", "/projects")).projects,
  /** @param {string} [title] @returns {Promise<Project>} */
  newProject: (title) => call("POST", "/projects", title ? { title } : {}),
  /** @param {string} id @returns {Promise<Project>} */
  project: (id) => call("GET", `/projects/${id}`),
  /** @param {string} id @param {{title?: string, current?: string, ui?: object}} change */
  changeProject: (id, change) => call("PATCH", `/projects/${id}`, change),
  /** @param {string} id */
  deleteProject: (id) => call("DELETE", `/projects/${id}`),
  /** @param {File} file @returns {Promise<Project>} */
  importProject: (file) => call("POST", "/projects/import", form(file)),
  /** @param {string} id */
  projectFile: (id) => `/api/projects/${id}/export`,

  /** @param {string} id @returns {Promise<Take & {piece: Piece, revision: number}>} */
  take: (id) => call("GET", `/takes/${id}`),
  /** @param {string} id */
  deleteTake: (id) => call("DELETE", `/takes/${id}`),
  /**
   * @param {string} id @param {Piece} piece @param {number} revision
   * @returns {Promise<Saved>}
   */
  savePiece: (id, piece, revision) => call("PUT", `/takes/${id}/piece`, { piece, revision }),
  /** @param {string} id @returns {Promise<Saved>} */
  undo: (id) => call("POST", `/takes/${id}/undo`),
  /** @param {string} id @returns {Promise<Saved>} */
  redo: (id) => call("POST", `/takes/${id}/redo`),
  /** @param {string} id @param {number|null} rating 1–5 */
  rate: (id, rating) => call("POST", `/takes/${id}/rating`, { rating }),
  /** @param {string} project @param {File} file @returns {Promise<Take>} */
  upload: (project, file) => call("POST", `/projects/${project}/upload`, form(file)),
  /** @param {string} project @param {{piece: Piece, name: string}} take @returns {Promise<Take>} */
  addTake: (project, take) => call("POST", `/projects/${project}/takes`, take),
  /** The map of a style, shaped by a take. @param {string} take @param {string} style @returns {Promise<import("./music/map.js").StyleMap>} */
  map: (take, style) => call("GET", `/takes/${take}/map?style=${encodeURIComponent(style)}`),
  /** What is heard at a place of it. @param {string} take @param {Record<string, any>} here @returns {Promise<{piece: Piece}>} */
  mapPiece: (take, here) => call("GET", `/takes/${take}/map/piece?${new URLSearchParams(here)}`),
  /** @param {string} take @param {Record<string, unknown>} here @returns {Promise<Take>} */
  keepPlace: (take, here) => call("POST", `/takes/${take}/map`, here),
  /**
   * @param {string} take
   * @param {string} format
   * @param {[string, string][]} [called] what it and its tracks are called in it
   */
  takeFile: (take, format, called = []) =>
    `/api/takes/${take}/files/${format}?${new URLSearchParams(called)}`.replace(/\?$/, ""),
  /** The same to be shown, not saved. @param {string} take @param {string} format @param {number} revision each is another file @param {[string, string][]} [called] */
  shownFile: (take, format, revision, called = []) =>
    api.takeFile(take, format, [["inline", "1"], ["revision", String(revision)], ...called]),

  /** A file of a take, once it is made. @param {string} address @returns {Promise<{blob: Blob, name: string}>} */
  async made(address) {
    const response = await request(address);
    const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("Content-Disposition") ?? "");
    return { blob: await response.blob(), name: decodeURIComponent(named?.[1] ?? "Antiphon") };
  },

  /**
   * @param {string} project
   * @param {{verb: string, take?: string, options: Record<string, unknown>}} order
   * @returns {Promise<Job>}
   */
  ask: (project, order) => call("POST", `/projects/${project}/jobs`, order),
  /** @returns {Promise<Job[]>} of this run of the server */
  jobs: async () => (await call("GET", "/jobs")).jobs,
  /** @param {string} id @returns {Promise<Job>} */
  job: (id) => call("GET", `/jobs/${id}`),
  /** @param {string} id */
  cancel: (id) => call("DELETE", `/jobs/${id}`),

  /**
   * Follow a job until it ends; by events, and by asking where they are cut off.
   * @param {string} id
   * @param {(job: Job) => void} tell
   * @returns {Promise<Job>}
   */
  watch(id, tell) {
    return new Promise((done, failed) => {
      const events = new EventSource(`/api/jobs/${id}/events`);
      const heard = (/** @type {Job} */ job) => {
        tell(job);
        if (["waiting", "running"].includes(job.state)) return;
        events.close();
        done(job);
      };
      events.onmessage = ({ data }) => heard(JSON.parse(data));
      events.onerror = async () => {
        try {
          heard(await api.job(id));
        } catch (error) {
          events.close();
          failed(error);
        }
      };
    });
  },

  /**
   * Play along with the machine, until one of both ends it.
   * @param {() => object} plan what it begins with, asked for when the way is open
   * @param {(told: any) => void} hear a bar, a mend, what is heard, an error
   * @param {() => void} gone the server ended it
   */
  live(plan, hear, gone) {
    const socket = new WebSocket(new URL("/api/live", location.href.replace(/^http/, "ws")));
    socket.onopen = () => socket.send(JSON.stringify(plan()));
    socket.onmessage = ({ data }) => hear(JSON.parse(data));
    socket.onclose = gone;
    return {
      /** @param {object} news wishes that changed, notes that were played */
      tell: (news) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(news)),
      end() {
        socket.onclose = socket.onmessage = null;
        socket.close();
      },
    };
  },

  /** @returns {Promise<ArrayBuffer>} */
  soundfont: async () => (await request(SOUNDFONT)).arrayBuffer(),
  /** A take as sound, made by the server. @param {string} take @param {number} revision @returns {Promise<ArrayBuffer>} */
  rendered: async (take, revision) => (await request(api.shownFile(take, "ogg", revision))).arrayBuffer(),
};

/** @typedef {typeof api} Api */
