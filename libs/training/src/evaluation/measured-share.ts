import type { MeasuredShare } from './evaluation.js';

/** The 97.5th percentile of the normal distribution: 95 % lie between it and its negative. */
const Z = 1.959964;

/**
 * A share with its confidence interval (Wilson 1927), which stays between 0 and 1 and is honest for few images.
 *
 * @param of more than 0.
 */
export function measuredShare(part: number, of: number): MeasuredShare {
  const share = part / of;
  const z2 = Z * Z;
  const middle = (share + z2 / (2 * of)) / (1 + z2 / of);
  const reach = (Z / (1 + z2 / of)) * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of));
  return {
    share,
    from: Math.max(0, Math.min(share, middle - reach)),
    to: Math.min(1, Math.max(share, middle + reach)),
  };
}
