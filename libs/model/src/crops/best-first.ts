import type { CropSlot } from './crop-slot.js';

/**
 * Positions in the list of `googlenet144`: 48 · scale, 12 · square, 2 · place (upper left, upper right, lower
 * left, lower right, centre, whole), 1 · mirrored.
 */
const GOOGLENET144 = [
  7, 60, 91, 37, 26, 124, 94, 111, 29, 92, 0, 102, 21, 40, 87, 35, 84, 79, 141, 118, 34, 113, 57,
  50, 108, 65, 6, 99, 131, 52, 39, 104, 47, 126, 133, 81, 142, 20, 137, 9, 62, 85, 31, 78, 13, 116,
  24, 134, 10, 55, 76, 95, 74, 64, 139, 12, 97, 44, 107, 129, 119, 122, 30, 89, 73, 18, 25, 43, 67,
  1, 120, 58, 100, 51, 114, 32, 41, 2, 140, 23, 132, 19, 80, 127, 82, 63, 48, 112, 33, 75, 16, 68,
  11, 136, 123, 70, 45, 53, 109, 14, 103, 56, 143, 36, 93, 98, 5, 90, 22, 125, 38, 61, 42, 69, 83,
  121, 66, 15, 88, 106, 110, 4, 128, 27, 77, 59, 135, 3, 101, 49, 54, 28, 72, 130, 115, 96, 8, 105,
  86, 46, 138, 17, 117, 71,
] as const;

/** Positions in the list of `ten`: 2 · place, 1 · mirrored. */
const TEN = [0, 7, 8, 9, 3, 4, 6, 1, 2, 5] as const;

/**
 * The crops of a policy in an order whose every beginning has a mean close to the mean of all.
 *
 * A fixed order for all images, found by a search that minimizes the squared error of the beginnings' means
 * over photos of many kinds (and their mirror images), the first ones weighed most, as most images end there;
 * views that have to be made anew cost a little. What it comes to: opposite corners of opposite squares
 * before the centre, one of them mirrored, scales in turn.
 *
 * @param slots all of the policy's, as `policySlots` lists them.
 */
export function bestFirst(policy: 'ten' | 'googlenet144', slots: readonly CropSlot[]): CropSlot[] {
  const order: readonly number[] = policy === 'ten' ? TEN : GOOGLENET144;
  if (slots.length !== order.length) {
    throw new RangeError(
      `Expected ${order.length} crops of ${policy} but received ${slots.length}`,
    );
  }
  return order.flatMap((position) => slots[position] ?? []);
}
