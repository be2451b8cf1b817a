import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';

const READ_BYTES = 1 << 20;

/** The sha256 of a file in lower-case hex, read as a stream. Throws what the file system throws. */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
    hash.update(chunk as Uint8Array);
  }
  return hash.digest('hex');
}

/** The path of the file that holds another file's digest, as `sha256sum` writes it. */
export function digestPath(path: string): string {
  return `${path}.sha256`;
}

/** The digest that a `.sha256` file's text holds (bare, or as sha256sum writes it), or null. */
export function parseDigest(text: string): string | null {
  return /^\s*\\?(?:sha256:)?([0-9a-f]{64})(?![0-9a-z])/i.exec(text)?.[1]?.toLowerCase() ?? null;
}

/**
 * Whether a digest is the one that is expected, both in lower-case hex.
 *
 * @param expected all of it, or as much of its beginning as is known
 */
export function isDigest(digest: string, expected: string): boolean {
  return digest.startsWith(expected);
}

/** The digest recorded beside a file; null when there is none that can be read. */
export async function recordedDigest(path: string): Promise<string | null> {
  try {
    return parseDigest(await readFile(digestPath(path), 'utf8'));
  } catch {
    return null;
  }
}
