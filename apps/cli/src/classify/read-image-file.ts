import { open, type FileHandle } from 'node:fs/promises';
import { CroplineError, describeCause, type ErrorCode } from '@cropline/contracts';

const FAULTS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ['IMAGE_NOT_FOUND', 'there is no such file. Check the path'],
  ENOTDIR: ['IMAGE_NOT_FOUND', 'there is no such file. Check the path'],
  EISDIR: [
    'IMAGE_NOT_AN_IMAGE',
    'it is a folder. Name it as an argument to have its images classified',
  ],
  EACCES: ['IMAGE_ACCESS_DENIED', 'this user may not read it. Grant read access'],
  EPERM: ['IMAGE_ACCESS_DENIED', 'this user may not read it. Grant read access'],
};

/**
 * The bytes of a local file, a pipe or a device, as far as they are within the limit.
 *
 * @throws CroplineError `IMAGE_NOT_FOUND`, `IMAGE_ACCESS_DENIED`, `IMAGE_NOT_AN_IMAGE` (a folder),
 *   `IMAGE_TOO_LARGE`, or `IMAGE_FETCH_FAILED` when the system fails to read it.
 */
export async function readImageFile(path: string, maxBytes: number): Promise<Buffer> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'r');
    const facts = await file.stat();
    if (facts.isFile() && facts.size > maxBytes) throw tooLarge(maxBytes);
    return facts.isFile() ? await readWhole(file, maxBytes) : await readArriving(file, maxBytes);
  } catch (error) {
    throw error instanceof CroplineError ? error : readFault(error);
  } finally {
    await file?.close();
  }
}

async function readWhole(file: FileHandle, maxBytes: number): Promise<Buffer> {
  const bytes = await file.readFile();
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  return bytes;
}

async function readArriving(file: FileHandle, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of file.createReadStream({ autoClose: false })) {
    const bytes = chunk as Buffer;
    chunks.push(bytes);
    length += bytes.length;
    if (length > maxBytes) throw tooLarge(maxBytes);
  }
  return Buffer.concat(chunks);
}

function readFault(error: unknown): CroplineError {
  // No `instanceof`: errors of the file system may come from another realm.
  const coded = typeof error === 'object' && error !== null && 'code' in error;
  const system = coded ? String(error.code) : '';
  const [code, what] = FAULTS[system] ?? [
    'IMAGE_FETCH_FAILED',
    `it could not be read (${describeCause(error)})`,
  ];
  return new CroplineError(code, `Expected an image file but ${what}.`, { cause: error });
}

function tooLarge(maxBytes: number): CroplineError {
  return new CroplineError(
    'IMAGE_TOO_LARGE',
    `Expected at most ${maxBytes} bytes but the file has more. Shrink the image, or raise CROPLINE_MAX_IMAGE_BYTES.`,
  );
}
