/** How much more a quantity may be at the end than it was once the system was warm. */
export interface Allowance {
  /** As a share of what it was. */
  readonly share: number;
  /** And so much on top. */
  readonly absolute: number;
}

/** What became of one quantity over a soak. */
export interface Trend {
  readonly name: string;
  /** The median of the second quarter of its samples: the first is warming up. */
  readonly warm: number;
  /** The median of the last quarter. */
  readonly end: number;
  readonly flat: boolean;
}

const LEAST_SAMPLES = 8;

/** Judges a quantity by its samples, in the order they were taken. @throws When there are too few to tell. */
export function trendOf(name: string, samples: readonly number[], allowed: Allowance): Trend {
  if (samples.length < LEAST_SAMPLES) {
    throw new Error(
      `Expected at least ${LEAST_SAMPLES} samples of ${name} but there are ${samples.length}: run longer.`,
    );
  }
  const quarter = Math.floor(samples.length / 4);
  const warm = median(samples.slice(quarter, 2 * quarter));
  const end = median(samples.slice(-quarter));
  return { name, warm, end, flat: end <= warm * (1 + allowed.share) + allowed.absolute };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
