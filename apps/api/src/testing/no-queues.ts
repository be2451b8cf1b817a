import { CroplineError } from '@cropline/contracts';
import type { QueueMonitor } from '@cropline/queue';

/** The monitor of an API that has no Redis. */
export const NO_QUEUES: QueueMonitor = {
  figures: () =>
    Promise.reject(new CroplineError('QUEUE_UNAVAILABLE', 'Expected Redis, but there is none.')),
  board: () => (_, response) => response.end('board'),
  close: () => Promise.resolve(),
};
