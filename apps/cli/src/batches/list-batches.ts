import type { CroplineClient } from '@cropline/client';
import type { Batch, BatchStatus } from '@cropline/contracts';

/** The most batches that one page of the API holds. */
const PAGE = 100;

/** Batches, the newest first, page by page until there are `limit` or no more. */
export async function* listBatches(
  client: CroplineClient,
  status: BatchStatus | undefined,
  limit: number,
): AsyncGenerator<Batch> {
  let left = limit;
  let cursor: string | undefined;
  do {
    const page = await client.listBatches({ status, cursor, limit: Math.min(PAGE, left) });
    yield* page.batches.slice(0, left);
    left -= page.batches.length;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && left > 0);
}
