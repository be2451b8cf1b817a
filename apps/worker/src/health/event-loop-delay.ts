import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late the event loop ran its timers, in milliseconds. */
export interface EventLoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** How often the monitor asks the loop, in milliseconds. */
const RESOLUTION_MS = 10;

/**
 * Watches the delay of this process's event loop from now on: a loop that native code blocks cannot renew
 * its locks, and its chunks would be run twice.
 *
 * The figures are those of `perf_hooks.monitorEventLoopDelay` at a resolution of 10 ms, over the time
 * since the last `reset()`, and nothing is subtracted: an idle loop shows about 10 to 11 ms, of which
 * 10 ms are the monitor's own timer.
 */
export function watchEventLoop(): {
  read(): EventLoopDelay;
  reset(): void;
  stop(): void;
} {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  const milliseconds = (nanoseconds: number): number =>
    Number.isFinite(nanoseconds) ? Math.round(nanoseconds / 10_000) / 100 : 0;
  return {
    read: () => ({
      p50: milliseconds(histogram.percentile(50)),
      p99: milliseconds(histogram.percentile(99)),
      max: milliseconds(histogram.max),
    }),
    reset: () => histogram.reset(),
    stop: () => {
      histogram.disable();
    },
  };
}
