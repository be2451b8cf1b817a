import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeCause, CroplineError } from '@cropline/contracts';
import { download, fetchText, type DownloadOptions } from './download.js';
import { digestPath, parseDigest } from './file-digest.js';
import { isMissing } from './file-error.js';
import { fileUnder, httpAddress } from './http-address.js';
import { publishedDigest, type KnownModel } from './known-models.js';
import type { PartialFile } from './partial-file.js';
import { SourceFailure } from './source-failure.js';

const READ_BYTES = 1 << 20;

/** A place that weights are fetched from. */
export interface WeightsSource {
  /** What it is called in messages: no user, password or query of a URL. */
  readonly shown: string;
  /**
   * The sha256 that its file must have, in lower-case hex, or its beginning; null where only the structure can be checked.
   *
   * @throws SourceFailure, or the signal's reason
   */
  expectedDigest(options: DownloadOptions): Promise<string | null>;
  /**
   * Fills a partial file with its file.
   *
   * @throws SourceFailure when it does not give it; CroplineError when the disk does not take it; the
   *   signal's reason
   */
  fill(partial: PartialFile, options: DownloadOptions): Promise<void>;
}

/** The sources of a known model's weights, in the order they are tried: the mirror, then the public URL. */
export function weightsSources(model: KnownModel, mirror: string | undefined): WeightsSource[] {
  const published = webSource(model.url, publishedDigest(model));
  return mirror === undefined ? [published] : [mirrorSource(mirror, model.file), published];
}

/**
 * A file of a mirror: a folder, or a URL of one.
 *
 * @throws CroplineError `CONFIG_INVALID` for what looks like a URL and is none
 */
export function mirrorSource(mirror: string, file: string): WeightsSource {
  if (!/^https?:\/\//i.test(mirror)) return folderSource(join(mirror, file));
  if (URL.canParse(mirror)) return webSource(fileUnder(mirror, file), null);
  // Its text is not repeated: it may hold a password.
  throw new CroplineError(
    'CONFIG_INVALID',
    'Expected the mirror to be a folder or an http(s) URL but it is a URL that cannot be parsed: correct CROPLINE_MODEL_MIRROR',
  );
}

/** @param pinned the digest that the file must have; null asks the host for one in FILE.sha256. */
function webSource(url: string, pinned: string | null): WeightsSource {
  const address = httpAddress(url);
  return {
    shown: address.shown,
    async expectedDigest(options) {
      if (pinned !== null) return pinned;
      const beside = new URL(url);
      beside.pathname = digestPath(beside.pathname);
      const text = await fetchText(httpAddress(beside.href), options);
      return text === null ? null : requireDigest(text);
    },
    fill: (partial, options) => download(address, partial, options),
  };
}

/** A file of this machine. */
export function folderSource(path: string): WeightsSource {
  return {
    shown: path,
    async expectedDigest() {
      const text = await readFile(digestPath(path), 'utf8').catch((error: unknown) => {
        if (isMissing(error)) return null;
        throw unreadable(digestPath(path), error);
      });
      return text === null ? null : requireDigest(text);
    },
    fill: (partial, options) => copy(path, partial, options),
  };
}

async function copy(
  path: string,
  partial: PartialFile,
  { limits, signal, onBytes }: DownloadOptions,
): Promise<void> {
  let size;
  try {
    const stats = await stat(path);
    if (!stats.isFile()) throw new SourceFailure('it is not a file');
    size = stats.size;
  } catch (error) {
    throw error instanceof SourceFailure ? error : unreadable(path, error);
  }
  if (size > limits.maxBytes) throw new SourceFailure(`it is longer than ${limits.maxBytes} bytes`);
  await partial.restart(null);
  onBytes(0, size);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
      signal?.throwIfAborted();
      await partial.write(chunk as Uint8Array);
      onBytes(partial.size, size);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof CroplineError ? error : unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): SourceFailure {
  const reason = isMissing(error)
    ? 'there is no such file'
    : `${path} cannot be read (${describeCause(error)})`;
  return new SourceFailure(reason, { cause: error });
}

function requireDigest(text: string): string {
  const digest = parseDigest(text);
  if (digest !== null) return digest;
  throw new SourceFailure('the .sha256 beside it holds no sha256');
}
