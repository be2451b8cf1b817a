import type { CancelReason } from '@cropline/contracts';
import type { BatchState } from '../redis/batch-state.js';

/**
 * What fills the place of a chunk that was not counted: its items as cancelled, for this reason, or
 * nothing. With `nothing`, a part that is gone leaves a gap too.
 */
export type Gap = CancelReason | 'nothing';

/** What fills the gaps of a batch once it is closed: nothing, when it could not go on as a whole. */
export function gapOf({ error, stop }: Pick<BatchState, 'error' | 'stop'>): Gap {
  if (error !== null && error.code !== 'ERROR_THRESHOLD_REACHED') return 'nothing';
  return stop ?? 'cancelled';
}
