import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { ItemInput } from '@cropline/contracts';
import { write } from '../console.js';
import { onInterrupt } from '../interrupts.js';

/** Items kept as JSON lines in a temporary file of this user's, so that they can be read as often as needed. */
export class LineSpool {
  readonly #folder: string;
  readonly #stream: ReturnType<typeof createWriteStream>;
  readonly #forget: () => void;
  #failure: Error | null = null;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#stream = createWriteStream(this.#path);
    this.#stream.on('error', (error) => (this.#failure ??= error));
    this.#forget = onInterrupt(() => rmSync(folder, { recursive: true, force: true }));
  }

  static async create(): Promise<LineSpool> {
    return new LineSpool(await mkdtemp(join(tmpdir(), 'cropline-submit-')));
  }

  get #path(): string {
    return join(this.#folder, 'items.jsonl');
  }

  /** Adds an item, and waits while the disk is slow. */
  async add(item: ItemInput): Promise<void> {
    // A stream that has failed never says again that it did.
    if (this.#failure !== null) throw this.#failure;
    await write(this.#stream, `${JSON.stringify(item)}\n`);
  }

  /** Ends the file: nothing is added any more. */
  async close(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream);
  }

  /** All lines, from the first. */
  read(): AsyncIterable<Uint8Array> {
    return createReadStream(this.#path);
  }

  /** Removes the file. */
  async remove(): Promise<void> {
    this.#stream.destroy();
    if (!this.#stream.closed) {
      // Not `once` of node:events, which fails on what the stream says of writes cut short.
      await new Promise<void>((resolve) => this.#stream.once('close', () => resolve()));
    }
    await rm(this.#folder, { recursive: true, force: true });
    this.#forget();
  }
}
