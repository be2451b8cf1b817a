import type { IncomingMessage } from 'node:http';
import { CroplineError } from '@cropline/contracts';
import type { ItemList } from '@cropline/queue';

const NDJSON = 'application/x-ndjson';
const CSV = 'text/csv';

/** The content types of bodies that are lists of items: read as they arrive, never held. */
export const LIST_TYPES: readonly string[] = [NDJSON, CSV];

/**
 * The list of items that is the body of a request; undefined for a body of another type.
 *
 * @throws `MEDIA_TYPE_UNSUPPORTED` for an encoding other than gzip.
 */
export function itemListOf(request: IncomingMessage): ItemList | undefined {
  const [type = ''] = (request.headers['content-type'] ?? '').toLowerCase().split(/\s*;/u);
  if (!LIST_TYPES.includes(type)) return undefined;
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  // One in gzip is known by how it begins.
  if (encoding !== 'gzip' && encoding !== 'identity') {
    throw new CroplineError(
      'MEDIA_TYPE_UNSUPPORTED',
      'Expected a list with the Content-Encoding gzip or none, but received another.',
    );
  }
  return { format: type === CSV ? 'csv' : 'jsonl', bytes: bytesOf(request) };
}

/** The bytes of a body. One who stops reading leaves the connection open for the answer. */
async function* bytesOf(request: IncomingMessage): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch (cause) {
    throw new CroplineError(
      'REQUEST_MALFORMED',
      'Expected a whole body as its headers announce it, but it was cut short.',
      { cause },
    );
  }
}
