import { constants } from 'node:fs';
import { open, readlink, realpath, type FileHandle } from 'node:fs/promises';
import { dirname, isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CroplineError, ErrorCode } from '@cropline/contracts';
import { TooManyBytesError } from '../bytes/collect-bytes.js';
import { shownUrl } from '../shown-url.js';
import { systemCode } from '../system-code.js';
import { imageFault, tooLarge } from './image-fault.js';
import type { FetchLimits, ImageFetcher } from './image-fetcher.js';

/** A pipe or device is opened without waiting for its other end, then refused. Links have been followed already. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/** What the system says, and what it means; everything else may pass (`EMFILE`, `EIO`). */
const FILE_CODES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ['IMAGE_NOT_FOUND', 'There is no file'],
  ENOTDIR: ['IMAGE_NOT_FOUND', 'There is no file'],
  ENXIO: ['IMAGE_NOT_FOUND', 'It is no file'],
  ENODEV: ['IMAGE_NOT_FOUND', 'It is no file'],
  ELOOP: ['IMAGE_NOT_FOUND', 'Links lead in a circle'],
  ENAMETOOLONG: ['IMAGE_NOT_FOUND', 'The name is too long'],
  EACCES: ['IMAGE_ACCESS_DENIED', 'The file may not be read'],
  EPERM: ['IMAGE_ACCESS_DENIED', 'The file may not be read'],
};

/**
 * Reads `file://` URLs below the given folders. Links are followed first, then the file's true place is
 * checked; outside the folders nothing is told, not even whether a file is there.
 */
export function fileFetcher(roots: readonly string[]): ImageFetcher {
  return async (url, limits) => {
    const path = pathOf(url);
    try {
      const realRoots = await Promise.all(roots.map(trueFolder));
      const real = await realpath(path).catch(async (error: unknown) => {
        throw isBelow(await truePlace(path), realRoots) ? error : pathBlocked(url);
      });
      if (!isBelow(real, realRoots)) throw pathBlocked(url);
      const file = await open(real, OPEN_FLAGS);
      try {
        if (!isBelow(await openedPlace(file, real), realRoots)) throw pathBlocked(url);
        return await readWhole(file, url, limits);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw fileFault(error, url);
    }
  };
}

function pathOf(url: string): string {
  const path = URL.canParse(url) ? pathIn(url) : null;
  if (path !== null && !path.includes('\0')) return path;
  throw imageFault(
    'IMAGE_URL_INVALID',
    `Expected a URL such as file:///photos/cat.jpg, but received ${shownUrl(url)}.`,
  );
}

function pathIn(url: string): string | null {
  try {
    return fileURLToPath(url);
  } catch {
    return null;
  }
}

/** A root that is not there holds nothing. */
async function trueFolder(root: string): Promise<string> {
  try {
    return await realpath(root);
  } catch {
    return root;
  }
}

/** Where a path that leads to nothing would lead to, by the folders above it that are there. */
async function truePlace(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      return await realpath(folder);
    } catch (error) {
      if (folder === dirname(folder)) throw error;
    }
  }
}

/**
 * Where a file that is open lies, as the system knows it: a folder on the way to it may have been replaced by a
 * link since its place was checked. Where the system does not tell (other than Linux), the place as it was checked.
 */
async function openedPlace(file: FileHandle, checked: string): Promise<string> {
  try {
    return await readlink(`/proc/self/fd/${file.fd}`);
  } catch {
    return checked;
  }
}

function isBelow(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => {
    const way = relative(root, path);
    return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  });
}

async function readWhole(
  file: FileHandle,
  url: string,
  { maxBytes, signal }: FetchLimits,
): Promise<Buffer> {
  const facts = await file.stat();
  if (!facts.isFile()) {
    throw imageFault('IMAGE_NOT_FOUND', `Expected a file at ${shownUrl(url)}, but it is none.`);
  }
  if (facts.size > maxBytes) throw tooLarge(url, new TooManyBytesError(maxBytes, facts.size));
  const bytes = Buffer.allocUnsafe(facts.size);
  let filled = 0;
  while (filled < bytes.length) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

function pathBlocked(url: string): CroplineError {
  return imageFault(
    'IMAGE_PATH_BLOCKED',
    `${shownUrl(url)} lies outside the folders that may be read; move it, or have the operator add its folder.`,
  );
}

function fileFault(error: unknown, url: string): unknown {
  const system = systemCode(error);
  if (system === undefined || !/^E[A-Z]+$/.test(system)) return error;
  const [code, meaning] = FILE_CODES[system] ?? ['IMAGE_FETCH_FAILED', 'The file cannot be read'];
  return imageFault(code, `${meaning}: ${shownUrl(url)} (${system}).`, { cause: error });
}
