import { createHash, randomBytes, type Hash } from 'node:crypto';
import {
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cacheWriteError } from './file-error.js';

const COPY_BYTES = 1 << 20;

/** What a partial file was being filled from, and whether that is still the same. */
export interface PartialOrigin {
  /** Names the source without giving it away: a digest of its URL. */
  readonly source: string;
  /** The strong ETag or Last-Modified date that the source gave, or null. */
  readonly validator: string | null;
}

/**
 * A file on its way into the cache: written under a name of its own, digested as it grows, and renamed
 * to its final name when it is whole. Whatever interrupts it, the final name never holds half a file.
 *
 * The name is unique (`<file>.<token>.partial`), so writers never share a file. What a dead process left
 * can be taken over: its bytes are copied, since that process may only be asleep and still write.
 *
 * Errors of the file system are CroplineErrors MODEL_UNAVAILABLE that name the path.
 */
export class PartialFile {
  readonly path: string;
  readonly #target: string;
  readonly #file: FileHandle;
  #hash: Hash = createHash('sha256');
  #size = 0;
  #origin: PartialOrigin | null = null;

  private constructor(target: string, path: string, file: FileHandle) {
    this.#target = target;
    this.path = path;
    this.#file = file;
  }

  /**
   * Begins a file that will be `target`, with the bytes of the largest one that was left behind.
   * To be called by the holder of the target's lock only.
   */
  static async take(target: string): Promise<PartialFile> {
    const leftovers = await findLeftovers(target);
    const path = `${target}.${String(process.pid)}-${randomBytes(4).toString('hex')}.partial`;
    let partial: PartialFile;
    try {
      partial = new PartialFile(target, path, await open(path, 'wx'));
    } catch (error) {
      throw cacheWriteError(path, error);
    }
    const [largest] = leftovers;
    // A copy that fails, for want of space say, is not worth failing for: the leftovers make room.
    if (largest !== undefined) await partial.#copy(largest).catch(() => partial.restart(null));
    for (const leftover of leftovers) await removePartial(leftover);
    return partial;
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** Where the bytes so far came from; null when that is not known. */
  get origin(): PartialOrigin | null {
    return this.#origin;
  }

  /** The sha256 of the bytes so far, in lower-case hex. */
  get digest(): string {
    return this.#hash.copy().digest('hex');
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.#guard(async () => {
      let done = 0;
      while (done < chunk.length) {
        const { bytesWritten } = await this.#file.write(
          chunk,
          done,
          chunk.length - done,
          this.#size + done,
        );
        done += bytesWritten;
      }
    });
    this.#hash.update(chunk);
    this.#size += chunk.length;
  }

  /** Forgets all bytes and begins again from `origin`. */
  async restart(origin: PartialOrigin | null): Promise<void> {
    await this.#guard(async () => {
      await this.#file.truncate(0);
      if (origin === null) await rm(originPath(this.path), { force: true });
      else await writeFile(originPath(this.path), JSON.stringify(origin));
    });
    this.#hash = createHash('sha256');
    this.#size = 0;
    this.#origin = origin;
  }

  /** Makes it the target: on disk for good, then under the final name in one step. */
  async commit(): Promise<void> {
    await this.#guard(async () => {
      await this.#file.sync();
      await this.#file.close();
      await rename(this.path, this.#target);
    });
    await rm(originPath(this.path), { force: true });
    await syncFolder(dirname(this.#target));
  }

  /** Leaves the bytes so far for a later process to take over. */
  async leave(): Promise<void> {
    await this.#file.close();
    if (this.#size === 0 || this.#origin === null) await removePartial(this.path);
  }

  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await removePartial(this.path);
  }

  async #copy(from: string): Promise<void> {
    const origin = await readOrigin(from);
    if (origin === null) return;
    await this.restart(origin);
    const source = await open(from, 'r');
    try {
      const buffer = new Uint8Array(COPY_BYTES);
      for (;;) {
        const { bytesRead } = await source.read(buffer, 0, buffer.length, this.#size);
        if (bytesRead === 0) break;
        await this.write(buffer.subarray(0, bytesRead));
      }
    } finally {
      await source.close();
    }
  }

  async #guard(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      throw cacheWriteError(this.path, error);
    }
  }
}

const originPath = (path: string): string => `${path}.origin`;

/** The partial files of dead processes for a target, the largest first. */
async function findLeftovers(target: string): Promise<string[]> {
  const folder = dirname(target);
  const prefix = `${basename(target)}.`;
  const names = (await readdir(folder).catch(() => [])).filter(
    (name) => name.startsWith(prefix) && name.endsWith('.partial'),
  );
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const size = await stat(path).then(
        (stats) => stats.size,
        () => 0,
      );
      return { path, size };
    }),
  );
  return found.sort((a, b) => b.size - a.size).map(({ path }) => path);
}

async function readOrigin(path: string): Promise<PartialOrigin | null> {
  try {
    const data: unknown = JSON.parse(await readFile(originPath(path), 'utf8'));
    if (typeof data !== 'object' || data === null) return null;
    const { source, validator } = data as Record<string, unknown>;
    if (typeof source !== 'string') return null;
    return { source, validator: typeof validator === 'string' ? validator : null };
  } catch {
    return null;
  }
}

async function removePartial(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(originPath(path), { force: true });
}

/** Makes a rename outlast a power cut, where the platform can open a folder. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // Windows opens no folders; the rename itself has happened.
  }
}
