import { CroplineError, mayRead, type Caller } from '@cropline/contracts';
import { checkedReader, type ObjectReader } from '@cropline/storage';
import { uploadsFolder } from './uploads-folder.js';

/** Prefixes of what a caller may have read: those of its key, and what its tenant uploaded. */
export function readablePrefixes(caller: Caller, outputUrl: string): readonly string[] {
  return [...caller.read, `${uploadsFolder(outputUrl, caller.tenant)}/`];
}

/** Whether something may be read that whoever submitted a batch named; `read` is that of its record. */
export function isReadable(read: readonly string[] | undefined, url: string): boolean {
  return read === undefined || mayRead({ read }, url);
}

/**
 * A store that reads nothing outside these prefixes: what a source refers to is held to them like the source.
 * What lies elsewhere is `STORAGE_ACCESS_DENIED`.
 */
export function readableStore(
  store: ObjectReader,
  read: readonly string[] | undefined,
): ObjectReader {
  if (read === undefined) return store;
  return checkedReader(store, (url) => {
    if (isReadable(read, url)) return;
    throw new CroplineError(
      'STORAGE_ACCESS_DENIED',
      `Expected a location below ${read.join(' or ')}, which the API key may read, but ${url} is not.`,
    );
  });
}
