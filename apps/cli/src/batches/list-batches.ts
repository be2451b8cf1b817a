import type { CroplineClient } from '@cropline/client';
import type { Batch, BatchStatus } from '@cropline/contracts';
import type { Invocation } from '../command/invocation.js';
import { write } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { listLine } from './batch-text.js';

/** The most batches that one page of the API holds. */
const PAGE = 100;

/** The options of `cropline ls`. */
export interface ListFlags {
  readonly status?: BatchStatus;
  readonly limit: number;
  readonly json?: true;
}

/** Prints batches, the newest first, a line each. */
export async function listBatches(
  client: CroplineClient,
  { status, limit, json }: ListFlags,
  { console }: Invocation,
): Promise<number> {
  for await (const batch of newestBatches(client, status, limit)) {
    const line = json === true ? JSON.stringify(batch) : listLine(batch);
    await write(console.stdout, `${line}\n`);
  }
  return EXIT.ok;
}

/** Page by page until there are `limit` or no more. */
async function* newestBatches(
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
