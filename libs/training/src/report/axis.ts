/** A linear scale from values to places on a drawing. */
export interface Axis {
  /** Round values to draw lines at, ascending; the first and the last are the ends of the scale. */
  readonly ticks: readonly number[];
  /** Where a value lies, in pixels. */
  readonly at: (value: number) => number;
}

/** Steps that people count in, times a power of ten. */
const STEPS = [1, 2, 2.5, 5, 10] as const;

/** What is smaller counts as nothing: powers of ten come to an end. */
const SMALLEST = 1e-12;
/** Two values that differ by a smaller share of themselves count as the same. */
const CLOSEST = 1e-9;

/**
 * Makes a scale that holds two values, with ends on round ones.
 *
 * @param steps about how many steps it is divided into.
 * @param from, to the pixels of its ends.
 */
export function roundAxis(
  least: number,
  most: number,
  steps: number,
  from: number,
  to: number,
): Axis {
  const magnitude = Math.max(Math.abs(least), Math.abs(most), SMALLEST);
  // Values that are next to the same have no steps between them that could be told apart.
  const alone = magnitude === SMALLEST ? 1 : magnitude;
  const span = most > least ? Math.max(most - least, magnitude * CLOSEST) : alone;
  const rough = span / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (STEPS.find((factor) => factor * power >= rough * 0.999) ?? 10);
  const first = Math.floor(least / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(most / step - 1e-9));
  // Multiplied, not added up, so that 0.3 stays 0.3; and rounded, as 3 × 0.1 is not.
  const ticks = Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
  return { ticks, at: linear(first * step, last * step, from, to) };
}

/** Makes a scale over the epochs of a training: its ends are the first and the last, its ticks whole. */
export function epochAxis(first: number, last: number, from: number, to: number): Axis {
  if (first === last) return { ticks: [first], at: () => (from + to) / 2 };
  const { ticks } = roundAxis(first, last, 6, from, to);
  const whole = ticks.filter((tick) => Number.isInteger(tick) && tick >= first && tick <= last);
  return { ticks: whole, at: linear(first, last, from, to) };
}

function linear(least: number, most: number, from: number, to: number): (value: number) => number {
  return (value) => from + ((value - least) / (most - least)) * (to - from);
}
