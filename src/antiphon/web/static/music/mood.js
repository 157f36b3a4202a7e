/** Moods as the plan says them. */

const USUAL_BARS = 32; // of a plan that names none

/**
 * Say a mood that moves as the plan does: a curve over the bars.
 * @param {Record<string, any>} options with `valence`, `arousal` and, where it moves, `end`
 * @returns {Record<string, unknown>}
 */
export function moving({ end, ...options }) {
  if (!end) return options;
  const { valence = 0, arousal = 0, ...rest } = options;
  return {
    ...rest,
    mood_curve: `1:${valence},${arousal} ${options.bars ?? USUAL_BARS}:${end.valence},${end.arousal}`,
  };
}
