/**
 * Painting a map: a field of colour, the style's pieces, the takes, the path, and where one is.
 * @import {Place, StyleMap} from "../music/map.js"
 */
import { context2d } from "../dom.js";
import { shares } from "../music/map.js";
import { colours } from "./colours.js";

const [COLD, WARM] = [1, 4]; // of the tracks' colours
const STRONG = 0.55; // of the colour at the ends, over the paper

/**
 * @param {HTMLCanvasElement} canvas
 * @param {StyleMap|null} map
 * @param {{measure: string, place: Place|null, path: Place[], inHand: string,
 *   numbers: Record<string, number>}} view  `numbers` of takes by id
 */
export function paintMap(canvas, map, { measure, place, path, inHand, numbers }) {
  const context = context2d(canvas);
  const palette = colours();
  const { clientWidth: width, clientHeight: height } = canvas;
  const at = (/** @type {number} */ x, /** @type {number} */ y) =>
    /** @type {[number, number]} */ ([x * width, (1 - y) * height]);
  if (!map) return;
  context.imageSmoothingEnabled = true;
  context.drawImage(picture(map.field[measure]), 0, 0, width, height);
  const dot = (/** @type {[number, number]} */ [x, y], /** @type {number} */ radius, fill = "") => {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = fill;
    if (fill) context.fill();
    context.stroke();
  };
  context.strokeStyle = palette.faint;
  for (const [x, y] of map.landmarks) dot(at(x, y), 2);

  context.lineWidth = 1.5;
  context.strokeStyle = palette.ink;
  context.beginPath();
  for (const step of path) context.lineTo(...at(step.x, step.y));
  context.stroke();

  context.font = `600 ${palette.text}px ${palette.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const take of [...map.takes].reverse()) {
    const isInHand = take.id === inHand;
    const [x, y] = at(...take.place);
    dot([x, y], isInHand ? 9 : 7, isInHand ? palette.accent : palette.paper);
    context.fillStyle = isInHand ? palette.paper : palette.ink;
    context.fillText(String(numbers[take.id] ?? ""), x, y + 0.5);
  }
  if (!place) return;
  context.lineWidth = 2.5;
  context.strokeStyle = palette.paper;
  dot(at(place.x, place.y), 12);
  context.strokeStyle = palette.ink;
  dot(at(place.x, place.y), 10);
}

/** Little of a measure is cold, much of it warm. @param {number[][]} field @returns {OffscreenCanvas} */
function picture(field) {
  const { tracks, paper } = colours();
  const [cold, warm, bare] = [tracks[COLD], tracks[WARM], paper].map(channels);
  const canvas = new OffscreenCanvas(field[0].length, field.length);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const pixels = context.createImageData(canvas.width, canvas.height);
  const rows = shares(field).reverse(); // the highest row first
  rows.flat().forEach((share, index) => {
    const [end, part] = share < 0.5 ? [cold, 1 - 2 * share] : [warm, 2 * share - 1];
    end.forEach((value, channel) => {
      const mixed = bare[channel] + STRONG * part * (value - bare[channel]);
      pixels.data[4 * index + channel] = mixed;
    });
    pixels.data[4 * index + 3] = 255;
  });
  context.putImageData(pixels, 0, 0);
  return canvas;
}

/** @param {string} colour as a browser computes it @returns {number[]} red, green, blue, 0–255 */
function channels(colour) {
  return (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}
