import { randomBytes } from 'node:crypto';

/** Crockford's base 32 in lower case: sorts as the numbers do, and has no letter that reads as a digit. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_LENGTH = 10;
const RANDOM_LENGTH = 12;

/** Batches are listed; a classification is a batch of one item that is not, and is forgotten after a while. */
export type BatchKind = 'batch' | 'classification';

const INITIAL: Readonly<Record<BatchKind, string>> = { batch: 'b', classification: 'c' };
const BATCH_ID = new RegExp(`^[bc][${ALPHABET}]{${TIME_LENGTH + RANDOM_LENGTH}}$`);

let lastTime = 0;

/**
 * A new id: the kind's initial, ten digits of time in milliseconds and twelve of chance (60 bits), all in
 * base 32. Ids of one kind sort by their time of creation, and those of one process strictly so.
 */
export function newBatchId(kind: BatchKind, now = Date.now()): string {
  lastTime = Math.max(now, lastTime + 1);
  let time = '';
  for (let rest = lastTime, n = 0; n < TIME_LENGTH; n += 1, rest = Math.floor(rest / 32)) {
    time = ALPHABET.charAt(rest % 32) + time;
  }
  const random = Array.from(randomBytes(RANDOM_LENGTH), (byte) => ALPHABET.charAt(byte % 32));
  return `${INITIAL[kind]}${time}${random.join('')}`;
}

/** Whether a text could be the id of a batch: what cannot is looked up nowhere. */
export function isBatchId(text: string): boolean {
  return BATCH_ID.test(text);
}

/** The kind of batch that an id names. */
export function batchKind(id: string): BatchKind {
  return id.startsWith(INITIAL.classification) ? 'classification' : 'batch';
}
