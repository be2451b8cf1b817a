import { setTimeout as sleep } from 'node:timers/promises';
import {
  CroplineError,
  FINAL_STATUSES,
  type Batch,
  type CreateBatchRequestInput,
  type ItemResult,
} from '@cropline/contracts';
import { faultsOfBatch } from '../checks/check-batch.js';
import { faultsOfResults } from '../checks/check-results.js';
import { answered } from '../load/patient-calls.js';
import type { CrashSite } from './crash-site.js';

/** Items of a batch: two chunks, the second not full. */
export const ITEMS = 40;
const LOOK_MS = 50;
/** What has not come to its end after so long never will, in milliseconds. */
const PATIENCE_MS = 90_000;

/** Work of the API that is cut short, and what must hold after it was started again. */
export interface Scenario {
  readonly name: string;
  /** What there is before; gives the id of a batch when it is about one. */
  prepare?(site: CrashSite, tag: string): Promise<string>;
  /** What is cut short; it rejects when the API is gone. */
  act(site: CrashSite, tag: string, id: string): Promise<void>;
  /** What is wrong afterwards, as text for people. @param wasAnswered whether `act` came to its end */
  check(site: CrashSite, tag: string, id: string, wasAnswered: boolean): Promise<string[]>;
}

/** The ids of a batch's items, in order. */
export const idsOf = (tag: string): string[] =>
  Array.from({ length: ITEMS }, (_, index) => `${tag}-${index}`);

/** A request of a batch that can be found by its tag. */
export function requestOf(tag: string): CreateBatchRequestInput {
  const items = idsOf(tag).map((id) => ({ id, url: `s3://pictures/${id}.jpg` }));
  return { items, options: { crops: 'single' }, metadata: { tag } };
}

/** Every batch with this tag that is listed. */
export async function tagged({ client }: CrashSite, tag: string): Promise<Batch[]> {
  const { batches } = await answered((signal) => client.listBatches({ limit: 100 }, { signal }));
  return batches.filter(({ metadata }) => metadata['tag'] === tag);
}

/** The batch once it has ended, looked at all the while. @throws when it does not, or its counts do not add up */
export async function ended({ client }: CrashSite, id: string, rounds = 0): Promise<Batch> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const batch = await answered((signal) => client.getBatch(id, { signal }));
    const faults = faultsOfBatch(batch, ITEMS);
    if (faults.length > 0) throw new Error(faults.join(' '));
    if (FINAL_STATUSES.has(batch.status) && batch.retries.length >= rounds) return batch;
    if (Date.now() > until) {
      throw new Error(`${id} is ${batch.status} for good: ${JSON.stringify(batch.counts)}`);
    }
    await sleep(LOOK_MS);
  }
}

/** What is wrong with a batch that is to complete: whether each item has one outcome, in order. */
export async function faultsOfWhole(
  site: CrashSite,
  tag: string,
  { id, status }: Batch,
): Promise<string[]> {
  const batch = await answered((signal) => site.client.getBatch(id, { signal }));
  const results = await answered(async (signal) => {
    const read: ItemResult[] = [];
    for await (const result of site.client.results(id, { signal })) read.push(result);
    return read;
  });
  const stored = (await site.store.get(batch.output.results ?? '')).toString().trimEnd();
  return [
    ...(status === 'completed' ? [] : [`${id} ended as ${status}.`]),
    ...(stored.split('\n').length === ITEMS ? [] : [`results.jsonl of ${id} has other lines.`]),
    ...faultsOfResults(batch, results, { ids: idsOf(tag), mayBeCancelled: false }),
  ];
}

/** Deletes a batch and resolves to what is left of it in object storage. */
export async function leftOf(
  { client, store, outputUrl }: CrashSite,
  id: string,
): Promise<string[]> {
  const until = Date.now() + PATIENCE_MS;
  await answered((signal) => client.deleteBatch(id, { signal })).catch((error: unknown) => {
    // An answer that was lost: it was deleted by the call before.
    if (!(error instanceof CroplineError) || error.code !== 'BATCH_NOT_FOUND') throw error;
  });
  for (;;) {
    const left: string[] = [];
    for await (const { url } of store.list(`${outputUrl}/${id}/`)) left.push(url);
    if (left.length === 0 || Date.now() > until) return left;
    await sleep(LOOK_MS);
  }
}
