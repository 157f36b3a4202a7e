/**
 * Names that the server gives, in the person's language; names that people gave stay as they are.
 * @import {Project, Take, Track} from "../types.js"
 */
import { en } from "./en.js";
import { named, t } from "./index.js";

const MOST_LETTERS = 200; // of a title that the server takes
const SCORES = ["musicxml", "pdf", "svg"]; // show the names of tracks

/** A project or a piece. @param {string} title */
export function titled(title) {
  return title === en["verb.first"] ? t("verb.first") : title;
}

/** Its role, where it is called by it; else the name it has. @param {Track} track @param {number} index */
export function nameOf(track, index) {
  const isRole = track.role && en[`role.${track.role}`] === track.name;
  return (isRole || !track.name) && track.role
    ? named("role", track.role)
    : track.name || t("track.n", { n: index + 1 });
}

/** A key. @param {string} english as the server writes it: "F# minor" */
export function keyName(english) {
  const [tonic, mode] = english.split(" ");
  return mode ? `${tonic} ${named("mode", mode)}` : english;
}

const SECTIONS = ["intro", "ending"]; // are played by their names; others are letters

/** @param {string} label */
export function sectionName(label) {
  return SECTIONS.includes(label) ? named("section", label) : label;
}

/** A form or a section's name as the server reads it. @param {string} written */
export function sectionsMeant(written) {
  return SECTIONS.reduce((text, label) => text.replaceAll(named("section", label), label), written);
}

/**
 * What a take's file and score are to be called.
 * @param {Project|null} project
 * @param {Take} take
 * @param {string} format
 * @returns {[string, string][]} for the file's address
 */
export function calledInFiles(project, take, format) {
  const { piece } = take;
  const number = (project?.takes.findIndex(({ id }) => id === take.id) ?? 0) + 1;
  const title = titled(piece?.title || `${titled(project?.title ?? "Antiphon")} ${number}`);
  const shown = SCORES.includes(format) ? piece : undefined;
  return [
    ["title", title.slice(0, MOST_LETTERS)],
    ...others("name", shown?.tracks ?? [], ({ name }) => name, nameOf),
    ...others(
      "section",
      shown?.sections ?? [],
      ({ label }) => label,
      ({ label }) => sectionName(label),
    ),
  ];
}

/**
 * What is called otherwise than in the piece, by its place.
 * @template T
 * @param {string} field
 * @param {T[]} all
 * @param {(each: T) => string} had
 * @param {(each: T, index: number) => string} called
 * @returns {[string, string][]}
 */
function others(field, all, had, called) {
  return all.flatMap((each, index) => {
    const name = called(each, index);
    return name === had(each) ? [] : [/** @type {[string, string]} */ ([field, `${index}:${name}`])];
  });
}
