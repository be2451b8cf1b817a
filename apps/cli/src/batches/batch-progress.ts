import type { Batch, BatchStatus } from '@cropline/contracts';
import type { Progress } from '../progress/progress-text.js';

/** What is going on with a batch, in the words of a progress bar. */
const LABELS: Readonly<Record<BatchStatus, string>> = {
  validating: 'Queueing',
  in_progress: 'Classifying',
  finalizing: 'Joining',
  cancelling: 'Cancelling',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
  expired: 'Expired',
};

/** How far a batch is. */
export function batchProgress({ status, counts, imagesPerSecond, etaSeconds }: Batch): Progress {
  return {
    label: LABELS[status],
    done: counts.total - counts.pending,
    total: counts.total,
    unit: 'images',
    failed: counts.failed,
    rate: imagesPerSecond,
    etaSeconds: status === 'in_progress' ? etaSeconds : null,
  };
}
