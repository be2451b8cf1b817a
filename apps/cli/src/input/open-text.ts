import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CroplineError, describeCause } from '@cropline/contracts';

/**
 * The bytes of a file of text, or of `stdin` for `-`.
 *
 * @throws `INPUT_NOT_FOUND` when there is no such file, or it is a folder or may not be read.
 */
export async function openText(path: string, stdin: Readable): Promise<Readable> {
  if (path === '-') return stdin;
  try {
    const file = await open(path, 'r');
    if (!(await file.stat()).isDirectory()) return file.createReadStream();
    await file.close();
  } catch (error) {
    throw new CroplineError(
      'INPUT_NOT_FOUND',
      `Expected a file of URLs, one a line, but ${path} cannot be read (${describeCause(error)}).`,
      { cause: error },
    );
  }
  throw new CroplineError(
    'INPUT_NOT_FOUND',
    `Expected a file of URLs, one a line, but ${path} is a folder. \`cropline classify\` takes folders of images.`,
  );
}
