import { hash, randomBytes } from 'node:crypto';

/** Ids that read as line numbers below this are kept as bits of their own. */
const MOST_NUMBERS = 1 << 24;
const FIRST_CAPACITY = 1 << 12;
/** The hash table is doubled when this share of it is taken. */
const FULL = 0.6;

/**
 * The ids of a batch that is being read, to find one that is repeated. Ten million of them take about
 * 130 MiB at most, and nearly nothing when they are line numbers.
 *
 * Others are known by 64 bits of a seeded SHA-1, so that two different ids are taken for one with a
 * chance of 3 in a million for the largest batch; trying again draws another seed.
 */
export class ItemIds {
  readonly #seed = randomBytes(8).toString('hex');
  #numbers = new Uint8Array(FIRST_CAPACITY);
  #capacity = FIRST_CAPACITY;
  /** Two words an entry; both 0 where there is none. */
  #table = new Uint32Array(2 * FIRST_CAPACITY);
  #size = 0;

  /** Adds an id; false when it was there already. */
  add(id: string): boolean {
    const number = lineNumber(id);
    return number === null ? this.#addHashed(id) : this.addNumber(number);
  }

  /** Adds the id that an item gets from its position. */
  addNumber(number: number): boolean {
    const byte = number >> 3;
    if (byte >= this.#numbers.length) {
      const grown = new Uint8Array(Math.max(2 * this.#numbers.length, byte + 1));
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    const bit = 1 << (number & 7);
    const before = this.#numbers[byte] ?? 0;
    this.#numbers[byte] = before | bit;
    return (before & bit) === 0;
  }

  #addHashed(id: string): boolean {
    const digest = hash('sha1', this.#seed + id, 'hex');
    const high = parseInt(digest.slice(0, 8), 16);
    // An entry of two zeros would look like none.
    const low = parseInt(digest.slice(8, 16), 16) || 1;
    if (!insert(this.#table, this.#capacity, high, low)) return false;
    this.#size += 1;
    if (this.#size > this.#capacity * FULL) this.#grow();
    return true;
  }

  #grow(): void {
    const before = this.#table;
    this.#capacity *= 2;
    this.#table = new Uint32Array(2 * this.#capacity);
    for (let at = 0; at < before.length; at += 2) {
      const low = before[at + 1] ?? 0;
      if (low !== 0) insert(this.#table, this.#capacity, before[at] ?? 0, low);
    }
  }
}

/** Puts an entry into a table whose capacity is a power of two; false when it is there. */
function insert(table: Uint32Array, capacity: number, high: number, low: number): boolean {
  for (let slot = low & (capacity - 1); ; slot = (slot + 1) & (capacity - 1)) {
    const at = 2 * slot;
    if (table[at + 1] === 0) {
      table[at] = high;
      table[at + 1] = low;
      return true;
    }
    if (table[at] === high && table[at + 1] === low) return false;
  }
}

/** The number that an id is the plain writing of, when it can be a position in a batch. */
function lineNumber(id: string): number | null {
  if (id.length > 8 || !/^(?:0|[1-9]\d*)$/.test(id)) return null;
  const number = Number(id);
  return number < MOST_NUMBERS ? number : null;
}
