/** Over how long the rate is taken, in milliseconds. */
const WINDOW_MS = 60_000;

/** How fast a batch is, and how long it will take if it goes on so. */
export interface BatchRate {
  readonly imagesPerSecond: number | null;
  readonly etaSeconds: number | null;
}

/**
 * The rate over the last minute, from how many items were done at moments in the past (milliseconds,
 * items; oldest first) and now. It is not known before a second has passed.
 */
export function batchRate(
  samples: readonly (readonly [at: number, done: number])[],
  now: { readonly at: number; readonly done: number; readonly pending: number },
): BatchRate {
  // From the last sample before the window: what was done since then was done within about a minute.
  const begin =
    samples.findLast(([at]) => at <= now.at - WINDOW_MS) ?? samples.find(([at]) => at < now.at);
  const seconds = begin === undefined ? 0 : (now.at - begin[0]) / 1000;
  if (begin === undefined || seconds < 1) return { imagesPerSecond: null, etaSeconds: null };
  const rate = Math.max(0, now.done - begin[1]) / seconds;
  return {
    imagesPerSecond: Math.round(rate * 100) / 100,
    etaSeconds: rate === 0 ? null : Math.ceil(now.pending / rate),
  };
}
