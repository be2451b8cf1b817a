import type { PipeTransform } from '@nestjs/common';
import {
  createBatchRequestSchema,
  CroplineError,
  MAX_INLINE_ITEMS,
  type CreateBatchRequest,
} from '@cropline/contracts';
import { SchemaPipe } from '../http/schema-pipe.js';

const MOST_METADATA_PAIRS = 16;
const schemaPipe = new SchemaPipe(createBatchRequestSchema);

/**
 * Checks the body of POST /v1/batches. Lists that are far too long are refused before the schema looks at
 * them: a fault for each of millions of entries would not fit in memory.
 */
export class CreateBatchPipe implements PipeTransform<unknown, CreateBatchRequest> {
  /** @throws `REQUEST_INVALID` with every fault. */
  transform(body: unknown): CreateBatchRequest {
    if (typeof body === 'object' && body !== null) {
      const { items, metadata }: { items?: unknown; metadata?: unknown } = body;
      if (Array.isArray(items)) refuseMore('items', items.length, MAX_INLINE_ITEMS, 'items');
      if (typeof metadata === 'object' && metadata !== null) {
        refuseMore('metadata', Object.keys(metadata).length, MOST_METADATA_PAIRS, 'pairs');
      }
    }
    return schemaPipe.transform(body);
  }
}

function refuseMore(path: string, count: number, most: number, noun: string): void {
  if (count <= most) return;
  const message = `Expected at most ${most} ${noun}, but received ${count}`;
  throw new CroplineError('REQUEST_INVALID', `${message}.`, {
    details: { errors: [{ path, message }], errorCount: 1 },
  });
}
