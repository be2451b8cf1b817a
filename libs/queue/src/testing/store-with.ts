import type { ObjectStore } from '@cropline/storage';

/** A store some of whose methods do something else. */
export function storeWith(store: ObjectStore, overrides: Partial<ObjectStore>): ObjectStore {
  return {
    put: (...args) => store.put(...args),
    putIfAbsent: (...args) => store.putIfAbsent(...args),
    putStream: (...args) => store.putStream(...args),
    get: (...args) => store.get(...args),
    getStream: (...args) => store.getStream(...args),
    head: (...args) => store.head(...args),
    list: (...args) => store.list(...args),
    listFolders: (...args) => store.listFolders(...args),
    delete: (...args) => store.delete(...args),
    presignPut: (...args) => store.presignPut(...args),
    check: (...args) => store.check(...args),
    close: () => store.close(),
    ...overrides,
  };
}
