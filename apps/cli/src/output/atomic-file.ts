import { randomBytes } from 'node:crypto';
import { createWriteStream, rmSync, type WriteStream } from 'node:fs';
import { realpath, rename, stat } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { CroplineError, describeCause } from '@cropline/contracts';
import { write } from '../console.js';
import { onInterrupt } from '../interrupts.js';

/**
 * Writes a file that appears under its name when it is whole: until then, and if anything goes wrong, what
 * was there before stays. A link is followed; a pipe or a device is written as it is.
 *
 * @param fill is given a function that writes text or bytes, and waits while the disk is slow.
 * @throws `USAGE_INVALID` when the file cannot be written; what `fill` throws.
 */
export async function writeAtomically(
  path: string,
  fill: (write: (data: string | Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  const facts = await stat(path).catch(() => null);
  if (facts?.isDirectory() === true) throw unwritable(path, 'it is a folder');
  const special = facts !== null && !facts.isFile();
  const target = special ? path : await realpath(path).catch(() => path);
  const partial = special ? target : `${target}.${randomBytes(4).toString('hex')}.partial`;
  const discard = (): void => {
    if (!special) rmSync(partial, { force: true });
  };
  const forget = onInterrupt(discard);
  const disk: { failure: Error | null } = { failure: null };
  const fail = (error: unknown): void => {
    disk.failure ??= error instanceof Error ? error : new Error(describeCause(error));
  };
  const stream = createWriteStream(partial, { flags: special ? 'a' : 'wx', flush: !special });
  stream.on('error', fail);
  try {
    await fill(async (data) => {
      // A stream that has failed never says again that it did.
      if (disk.failure !== null) throw disk.failure;
      await write(stream, data);
    });
    stream.end();
    await finished(stream);
    if (!special) await rename(partial, target).catch((error: unknown) => fail(error));
    if (disk.failure !== null) throw disk.failure;
  } catch (error) {
    await closed(stream);
    discard();
    throw error === disk.failure ? unwritable(path, describeCause(error), error) : error;
  } finally {
    forget();
  }
}

/** Closes a stream, and waits for it: one that is only just opening would make its file after it was removed. */
async function closed(stream: WriteStream): Promise<void> {
  stream.destroy();
  if (stream.closed) return;
  await new Promise<void>((resolve) => stream.once('close', () => resolve()));
}

function unwritable(path: string, reason: string, cause?: unknown): CroplineError {
  const message = `Expected to write ${path} but could not: ${reason}. Name another file.`;
  return new CroplineError('USAGE_INVALID', message, { cause });
}
