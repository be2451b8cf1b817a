import { describeCause } from '@cropline/contracts';
import type { RedisClient } from '../redis/redis-client.js';
import {
  requestReconcile,
  scheduleSweeps,
  type CoordinationQueue,
} from '../jobs/coordination-job.js';
import type { Logger } from '../logger.js';
import type { Reconciliations } from '../redis/reconciliations.js';

/** What watching works with. */
export interface LossWatchContext {
  readonly redis: RedisClient;
  readonly coordination: CoordinationQueue;
  readonly reconciliations: Reconciliations;
  readonly log: Logger;
  /** How often to look, and how often open batches are to be looked after, in milliseconds. */
  readonly everyMs: number;
}

/**
 * Notices by a clock of its own that Redis has lost everything, the schedule of the sweeps included, and has
 * that put right: at the beginning, whenever Redis comes back, and regularly until the signal is aborted.
 */
export function watchForLoss(
  { redis, coordination, reconciliations, log, everyMs }: LossWatchContext,
  signal: AbortSignal,
): void {
  let looking = false;
  let began = false;
  const look = async (): Promise<void> => {
    if (!began || (await coordination.getJobScheduler('sweep')) === undefined) {
      await scheduleSweeps(coordination, everyMs);
    }
    // Once at the start, whatever the mark says: it is then that things are found broken.
    if (began && (await reconciliations.isDone())) return;
    await requestReconcile(coordination);
    began = true;
  };
  const lookOnce = (): void => {
    // Without Redis there is nothing to see, and looks must not pile up.
    if (looking || signal.aborted || redis.status !== 'ready') return;
    looking = true;
    look()
      .catch((error: unknown) => {
        if (signal.aborted) return;
        log.warn(
          { error: describeCause(error) },
          'it could not be seen whether Redis lost something',
        );
      })
      .finally(() => (looking = false));
  };
  const timer = setInterval(lookOnce, everyMs).unref();
  redis.on('ready', lookOnce);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  lookOnce();
}
