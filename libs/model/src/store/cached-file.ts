import { stat, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { describeCause } from '@cropline/contracts';
import { digestPath, fileDigest, isDigest, recordedDigest } from './file-digest.js';
import { cacheWriteError, isMissing } from './file-error.js';

/** What is found under a name in the cache; `reason` is a fragment of a sentence. */
export type CachedFile =
  | { readonly state: 'intact'; readonly digest: string; readonly bytes: number }
  | { readonly state: 'missing'; readonly reason: string }
  | { readonly state: 'damaged'; readonly reason: string };

/**
 * Reads a file of the cache through and holds its digest against the one recorded beside it when it was
 * written, so that what a disk or a hand did to it is noticed. Never throws: what cannot be read is damaged.
 *
 * @param published a sha256, or its beginning, that is as good as the recorded one.
 */
export async function inspectCachedFile(path: string, published?: string): Promise<CachedFile> {
  try {
    const { size } = await stat(path);
    const digest = await fileDigest(path);
    const expected = (await recordedDigest(path)) ?? published;
    const good = [expected, published].some((one) => one !== undefined && isDigest(digest, one));
    if (good) return { state: 'intact', digest, bytes: size };
    const reason =
      expected === undefined
        ? 'no digest is recorded beside it'
        : `its sha256 is ${digest} where ${expected} was expected`;
    return { state: 'damaged', reason };
  } catch (error) {
    return isMissing(error)
      ? { state: 'missing', reason: 'it is not there' }
      : { state: 'damaged', reason: `it cannot be read (${describeCause(error)})` };
  }
}

/** Records the sha256 of a file that was just put into the cache, as `sha256sum` would. */
export async function recordDigest(path: string, digest: string): Promise<void> {
  try {
    await writeFile(digestPath(path), `${digest}  ${basename(path)}\n`);
  } catch (error) {
    throw cacheWriteError(digestPath(path), error);
  }
}
