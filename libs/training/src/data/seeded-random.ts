import { createHash } from 'node:crypto';

/** Numbers from 0 to below 1, one a call. */
export type Random = () => number;

/**
 * Random numbers that depend on the parts alone, so that whatever is named the same comes out the same, in
 * any order, thread and process. The generator is sfc32 (Chris Doty-Humphrey, PractRand), seeded by the
 * SHA-256 of the parts.
 */
export function randomOf(...parts: readonly (string | number)[]): Random {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  let a = digest.readInt32LE(0);
  let b = digest.readInt32LE(4);
  let c = digest.readInt32LE(8);
  let counter = 1;
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
}

/** The list in a random order (Fisher and Yates). */
export function shuffled<T>(list: readonly T[], random: Random): T[] {
  const order = [...list];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [from, to] = [order[last], order[other]];
    if (from !== undefined && to !== undefined) [order[last], order[other]] = [to, from];
  }
  return order;
}
