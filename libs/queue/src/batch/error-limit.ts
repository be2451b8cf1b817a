import type { BatchRecord } from './batch-record.js';

/** How much of a product of a share and a number of items is the error of floating point: 0.07 × 100 is more than 7. */
const ROUNDING = 1e-12;

/** How many failed items end a batch; null when it runs to its end however many there are. */
export function errorLimit({
  errorThreshold,
  total,
}: Pick<BatchRecord, 'errorThreshold' | 'total'>): number | null {
  if (errorThreshold === undefined) return null;
  const { count = Infinity, share } = errorThreshold;
  const ofShare =
    share === undefined ? Infinity : Math.max(1, Math.ceil(share * total * (1 - ROUNDING)));
  return Math.min(count, ofShare);
}
