/** Over how long the rate is taken at least, in milliseconds. */
const WINDOW_MS = 60_000;
/** Steps between samples that a rate must rest on to be trusted with an estimate. */
const TRUSTED_STEPS = 4;
/** A batch stands still when nothing came for so many times as long as is usual with it. */
const STANDSTILL_GAPS = 8;

/** How many items were done at a moment in milliseconds. */
export type RateSample = readonly [at: number, done: number];

/** How fast a batch is, and how long it will take if it goes on so. */
export interface BatchRate {
  readonly imagesPerSecond: number | null;
  readonly etaSeconds: number | null;
  /** Whether it goes on, but not for long enough to tell how long it will take. */
  readonly estimating: boolean;
}

/** The rate of a batch that does not run. */
export const NO_RATE: BatchRate = {
  imagesPerSecond: null,
  etaSeconds: null,
  estimating: false,
};

/**
 * The rate of a batch that runs, from how many items were done at moments in the past, oldest first: over the
 * last minute, or over as many of them as it takes to be trusted where chunks take longer. Items come in
 * chunks, so the rate is taken from one arrival of them to another, and falls only when the next is overdue.
 *
 * Time in which nothing was done yet, because the first chunk was on its way or workers were away, is left
 * out: it says how long the start took, not how fast it goes on.
 */
export function batchRate(
  samples: readonly RateSample[],
  now: { readonly at: number; readonly pending: number },
): BatchRate {
  const arrivals = samples.filter(([, done]) => done > 0);
  const first = arrivals[0];
  const last = arrivals.at(-1);
  if (first === undefined || last === undefined) return { ...NO_RATE, estimating: true };
  const gaps = arrivals.slice(1).map(([at], n) => at - (arrivals[n]?.[0] ?? at));
  const standstill = Math.max(WINDOW_MS, STANDSTILL_GAPS * median(gaps));
  if (now.at - last[0] > standstill) return { ...NO_RATE, imagesPerSecond: 0 };

  const recent = arrivals.slice(gaps.findLastIndex((gap) => gap > standstill) + 1);
  const from = Math.min(
    Math.max(
      0,
      recent.findLastIndex(([at]) => at <= now.at - WINDOW_MS),
    ),
    Math.max(0, recent.length - 1 - TRUSTED_STEPS),
  );
  const begin = recent[from] ?? first;
  const steps = recent.length - 1 - from;
  if (steps === 0) return { ...NO_RATE, estimating: true };
  const between = last[0] - begin[0];
  const overdue = now.at - last[0] - between / steps;
  const rate = (last[1] - begin[1]) / ((between + Math.max(0, overdue)) / 1000);
  const trusted = steps >= TRUSTED_STEPS && rate > 0;
  return {
    imagesPerSecond: Number(rate.toPrecision(3)),
    etaSeconds: trusted ? Math.ceil(now.pending / rate) : null,
    estimating: !trusted,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
