import type { Readable } from 'node:stream';
import type { ObjectFacts, ObjectStore } from './object-store.js';

/** The reading half of an object store. */
export type ObjectReader = Pick<ObjectStore, 'get' | 'getStream' | 'list'>;

/**
 * Reads objects after a check of each URL: for what a caller names, and what files of a caller's name in turn.
 *
 * @param check Throws for a URL that may not be read; what it throws is thrown.
 */
export function checkedReader(store: ObjectReader, check: (url: string) => void): ObjectReader {
  return {
    get: async (url, options) => {
      check(url);
      return await store.get(url, options);
    },
    getStream: async (url, options): Promise<Readable> => {
      check(url);
      return await store.getStream(url, options);
    },
    list: async function* (url, options): AsyncGenerator<ObjectFacts, void, undefined> {
      check(url);
      yield* store.list(url, options);
    },
  };
}
