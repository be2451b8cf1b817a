import type { BatchStatus } from '@cropline/contracts';

/** The statuses of batches that something is still to be done for. */
export const OPEN_STATUSES = [
  'validating',
  'in_progress',
  'finalizing',
  'cancelling',
] as const satisfies readonly BatchStatus[];
