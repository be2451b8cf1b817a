import { Readable } from 'node:stream';
import type { ItemInput } from '@cropline/contracts';

const LINES_A_BLOCK = 1000;

/** So many items as JSON lines, for batches that are too large for a list; a new stream each time it is called. */
export function itemLines(count: number, item: (index: number) => ItemInput): () => Readable {
  return () => Readable.from(blocks(count, item));
}

function* blocks(count: number, item: (index: number) => ItemInput): Generator<Buffer> {
  for (let start = 0; start < count; start += LINES_A_BLOCK) {
    const length = Math.min(LINES_A_BLOCK, count - start);
    const lines = Array.from({ length }, (_, n) => `${JSON.stringify(item(start + n))}\n`);
    yield Buffer.from(lines.join(''));
  }
}
