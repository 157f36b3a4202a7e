/**
 * How late the musician's notes come to the page: measured once, by tapping along with clicks.
 *
 * What is heard comes after it was scheduled, what is played after it was meant; the page sees the sum.
 */
export const CLICKS = 12;
export const CLICK_S = 0.6; // from click to click
const FIRST = 4; // clicks until one has found the beat
const EARLY_S = 0.15; // that a tap may be before its click
const LEAST = 5; // taps that count
const SPREAD_S = 0.06; // median distance from the median, above which it was no tapping along

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * @param {number[]} clicks times at which they were scheduled
 * @param {number[]} taps times at which the page saw them
 * @returns {number|null} seconds from a click to its tap; null when there were too few, or they scatter
 */
export function offsetOf(clicks, taps) {
  const late = (/** @type {number} */ tap, /** @type {number} */ click) => tap - click + EARLY_S;
  const offsets = clicks.slice(FIRST).flatMap((click) => {
    const tap = taps.find((each) => late(each, click) >= 0 && late(each, click) < CLICK_S);
    return tap === undefined ? [] : [tap - click];
  });
  if (offsets.length < LEAST) return null;
  const offset = median(offsets);
  return median(offsets.map((each) => Math.abs(each - offset))) < SPREAD_S ? offset : null;
}
