/**
 * The map of a style: what the server says of it, and what is read off it.
 *
 * @typedef {{x: number, y: number}} Place  across and up, 0–1
 *
 * @typedef {object} StyleMap
 * @property {[number, number][]} landmarks          where pieces of the style lie
 * @property {{id: string, place: [number, number]}[]} takes  the first is the one that shapes it
 * @property {Record<string, number[][]>} field      measures of places, the lowest row first
 * @property {[string, string]} axes                 the measure that grows to the right, and upwards
 */
import { clamp } from "./edits.js";

/** A measure at a place, between those around it. @param {number[][]} field @param {Place} place */
export function valueAt(field, { x, y }) {
  const along = (/** @type {number} */ share, /** @type {number} */ n) => {
    const at = clamp(share * n - 0.5, 0, n - 1);
    const low = Math.min(Math.floor(at), Math.max(n - 2, 0));
    return { low, high: Math.min(low + 1, n - 1), part: at - low };
  };
  const [row, column] = [along(y, field.length), along(x, field[0].length)];
  const across = (/** @type {number[]} */ values) =>
    values[column.low] * (1 - column.part) + values[column.high] * column.part;
  return across(field[row.low]) * (1 - row.part) + across(field[row.high]) * row.part;
}

/** Values as shares of the way from the least to the most. @param {number[][]} field @returns {number[][]} */
export function shares(field) {
  const all = field.flat();
  const [least, most] = [Math.min(...all), Math.max(...all)];
  return field.map((row) => row.map((value) => (value - least) / (most - least || 1)));
}

/** The take that lies at a place, if one does. @param {StyleMap} map @param {Place} place @param {number} reach */
export function takeAt(map, { x, y }, reach) {
  const away = (/** @type {{place: [number, number]}} */ take) =>
    Math.hypot(take.place[0] - x, take.place[1] - y);
  const near = map.takes.filter((take) => away(take) <= reach);
  return near.sort((a, b) => away(a) - away(b))[0];
}

/** A place a step away, still on the map. @param {Place} place @param {number} dx @param {number} dy @returns {Place} */
export function stepped({ x, y }, dx, dy) {
  const there = (/** @type {number} */ value) => Math.round(100 * clamp(value, 0, 1)) / 100;
  return { x: there(x + dx), y: there(y + dy) };
}
