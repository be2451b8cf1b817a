import { errorFacts } from '@cropline/contracts';
import type { Logger } from '@cropline/queue';

const EVERY_MS = 30_000;

/** Logs that images wait for the object store: once for all that do, and again every half minute. */
export function reportingOutages(log: Logger): (fault: Error) => void {
  let reportedAt = -Infinity;
  return (fault) => {
    if (performance.now() - reportedAt < EVERY_MS) return;
    reportedAt = performance.now();
    log.warn(errorFacts(fault), 'images wait for the object store, which is away');
  };
}
