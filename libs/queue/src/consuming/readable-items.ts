import { ERROR_CODES, type Item, type ItemResult } from '@cropline/contracts';
import type { ChunkProcessor } from '../chunk-consumer.js';
import { isReadable } from '../locations/readable.js';

/** A processor that runs those items that may be read from where they lie; the others fail without being looked at. */
export function readableOnly(process: ChunkProcessor): ChunkProcessor {
  return async (task, control) => {
    const items = task.items.filter(({ url }) => isReadable(task.read, url));
    if (items.length === task.items.length) return process(task, control);
    const results = items.length === 0 ? [] : await process({ ...task, items }, control);
    const byId = new Map(results.map((result) => [result.id, result]));
    const readable = new Set(items);
    return task.items.flatMap((item) =>
      readable.has(item) ? (byId.get(item.id) ?? []) : [forbidden(item, task.read ?? [])],
    );
  };
}

function forbidden({ id, url }: Item, read: readonly string[]): ItemResult {
  const code = 'IMAGE_LOCATION_FORBIDDEN';
  const message = `Expected an image below ${read.join(' or ')}, which the API key of its batch may read, but it lies elsewhere; submit it with a key that may read it, or copy it there.`;
  const { retryable } = ERROR_CODES[code];
  return { id, url, status: 'failed', error: { code, message, retryable, attempts: 0 } };
}
