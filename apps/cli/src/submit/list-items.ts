import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CroplineError, describeCause } from '@cropline/contracts';
import { openText } from '../input/open-text.js';
import { textLines } from '../input/text-lines.js';
import type { SubmitSource } from './find-source.js';
import { itemLines } from './item-lines.js';
import type { SubmitItems } from './submit-items.js';

type List = Extract<SubmitSource, { kind: 'list' }>;

/**
 * The items of a list on this machine. A file is read to its end first, so that nothing is sent when a line of
 * it is bad; stdin and pipes can be read only once, and are checked as they are sent. CSV is checked by the API.
 *
 * @throws `INPUT_NOT_FOUND`, `USAGE_INVALID`
 */
export async function listItems(list: List, stdin: Readable): Promise<SubmitItems> {
  const { path, format } = list;
  const dispose = (): Promise<void> => Promise.resolve();
  const again = path !== '-' && (await stat(path).catch(() => null))?.isFile() !== false;
  const read =
    format === 'csv'
      ? () => bytesOf(list, stdin)
      : () => itemLines(linesOf(list, stdin), named(path));
  if (again && format === 'text') await drain(read());
  const lines = again ? read : read();
  return { lines, format: format === 'csv' ? 'csv' : 'jsonl', leftOut: 0, dispose };
}

const named = (path: string): string => (path === '-' ? 'stdin' : path);

async function* linesOf(list: List, stdin: Readable): ReturnType<typeof textLines> {
  yield* textLines(bytesOf(list, stdin), named(list.path));
}

async function* bytesOf({ path, packed }: List, stdin: Readable): AsyncGenerator<Uint8Array> {
  const source = await openText(path, stdin);
  if (!packed) {
    yield* source as AsyncIterable<Uint8Array>;
    return;
  }
  const unpacked = createGunzip();
  source.once('error', (error) => unpacked.destroy(error));
  try {
    yield* source.pipe(unpacked) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new CroplineError(
      'USAGE_INVALID',
      `Expected ${path} to be packed with gzip, but it cannot be unpacked (${describeCause(error)}).`,
      { cause: error },
    );
  } finally {
    source.destroy();
  }
}

async function drain(blocks: AsyncGenerator): Promise<void> {
  while ((await blocks.next()).done !== true);
}
