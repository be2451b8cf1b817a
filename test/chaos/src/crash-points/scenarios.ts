import { Readable } from 'node:stream';
import { CroplineError, type Batch, type CreateBatchRequestInput } from '@cropline/contracts';
import { answered } from '../load/patient-calls.js';
import type { CrashSite } from './crash-site.js';
import {
  ended,
  faultsOfWhole,
  idsOf,
  leftOf,
  requestOf,
  tagged,
  type Scenario,
} from './scenario.js';

/** There is at most one batch of a request, and it completes; one whose acceptance was answered is there. */
async function faultsOfAccepted(
  site: CrashSite,
  tag: string,
  accepted: boolean,
): Promise<string[]> {
  const batches = await tagged(site, tag);
  if (batches.length > 1 || (accepted && batches.length === 0)) {
    return [`Expected ${accepted ? 'one batch' : 'no batch or one'}, but found ${batches.length}.`];
  }
  const faults: string[] = [];
  for (const batch of batches) {
    faults.push(...(await faultsOfWhole(site, tag, await ended(site, batch.id))));
    faults.push(...(await leftOf(site, batch.id)).map((url) => `${url} is left.`));
  }
  return faults;
}

type Submit = (site: CrashSite, tag: string) => Promise<Batch>;

/** A submission that is repeated under its idempotency key after the crash: one batch comes of both. */
function repeated(name: string, submit: Submit): Scenario {
  return {
    name,
    act: async (site, tag) => {
      await submit(site, tag);
    },
    check: async (site, tag) => {
      const { id } = await answered(() => submit(site, tag));
      const other = (await tagged(site, tag)).filter((batch) => batch.id !== id);
      return [
        ...other.map((batch) => `${batch.id} is there beside ${id}.`),
        ...(await faultsOfAccepted(site, tag, true)),
      ];
    },
  };
}

const unlessConflict = (error: unknown): void => {
  // It was done by the call that got no answer, or had come to its end.
  if (!(error instanceof CroplineError) || error.code !== 'BATCH_STATE_CONFLICT') throw error;
};

const lines = (tag: string): string[] =>
  idsOf(tag).map((id) => JSON.stringify({ id, url: `s3://pictures/${id}.jpg` }));

/** A batch whose items are read from an object. */
async function fromSource({ store, outputUrl, client }: CrashSite, tag: string): Promise<Batch> {
  const url = `${outputUrl.replace(/\/batches$/, '/lists')}/${tag}.jsonl`;
  await store.put(url, lines(tag).join('\n'));
  const request: CreateBatchRequestInput = {
    source: { type: 'manifest', url },
    options: { crops: 'single' },
    metadata: { tag },
  };
  return client.createBatch(request, { idempotencyKey: tag });
}

async function completed(site: CrashSite, tag: string): Promise<string> {
  const { id } = await answered(() => site.client.createBatch(requestOf(tag)));
  await ended(site, id);
  return id;
}

/** A batch that was cancelled before much of it was run; most often all of its items are to be run again. */
async function cancelled(site: CrashSite, tag: string): Promise<string> {
  const { id } = await answered(() => site.client.createBatch(requestOf(tag)));
  await answered(() => site.client.cancelBatch(id));
  const { counts } = await ended(site, id);
  return counts.cancelled > 0 ? id : cancelled(site, tag);
}

/** What the API does that must not be lost or doubled, whenever it is killed. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'accept',
    // By hand: the client would send a key.
    act: async ({ apiUrl }, tag) => {
      const answer = await fetch(`${apiUrl}/v1/batches`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(requestOf(tag)),
      });
      if (answer.status !== 202) throw new Error(`It was answered with ${answer.status}.`);
    },
    check: (site, tag, _id, wasAnswered) => faultsOfAccepted(site, tag, wasAnswered),
  },
  repeated('accept with a key', ({ client }, tag) =>
    client.createBatch(requestOf(tag), { idempotencyKey: tag }),
  ),
  repeated('accept streamed', ({ client }, tag) =>
    client.submitLines(
      Readable.from([Buffer.from(lines(tag).join('\n'))]),
      { options: { crops: 'single' }, metadata: { tag } },
      { format: 'jsonl', idempotencyKey: tag },
    ),
  ),
  repeated('accept a source', fromSource),
  {
    name: 'run and close',
    prepare: async ({ client }, tag) =>
      (await answered(() => client.createBatch(requestOf(tag)))).id,
    act: async (site, _tag, id) => {
      await ended(site, id);
    },
    check: (site, tag) => faultsOfAccepted(site, tag, true),
  },
  {
    name: 'cancel',
    prepare: async ({ client }, tag) =>
      (await answered(() => client.createBatch(requestOf(tag)))).id,
    act: async (site, _tag, id) => {
      await site.client.cancelBatch(id);
      await ended(site, id);
    },
    check: async (site, _tag, id) => {
      await answered(() => site.client.cancelBatch(id)).catch(unlessConflict);
      const { counts } = await ended(site, id);
      const left = await leftOf(site, id);
      return [
        ...(counts.pending === 0 ? [] : [`${id} ended with ${counts.pending} items pending.`]),
        ...left.map((url) => `${url} is left.`),
      ];
    },
  },
  {
    name: 'retry',
    prepare: cancelled,
    act: async ({ client }, _tag, id) => {
      await client.retryBatch(id, { outcomes: ['cancelled'] });
    },
    check: async (site, tag, id) => {
      await answered(() => site.client.retryBatch(id, { outcomes: ['cancelled'] })).catch(
        unlessConflict,
      );
      const batch = await ended(site, id, 1);
      const rounds = batch.retries.length;
      return [
        ...(rounds === 1 ? [] : [`${id} was run again ${rounds} times.`]),
        ...(await faultsOfWhole(site, tag, batch)),
        ...(await leftOf(site, id)).map((url) => `${url} is left.`),
      ];
    },
  },
  {
    name: 'delete',
    prepare: completed,
    act: async (site, _tag, id) => {
      await leftOf(site, id);
    },
    check: async (site, tag, id) => {
      const left = await leftOf(site, id);
      const listed = await tagged(site, tag);
      return [
        ...left.map((url) => `${url} is left.`),
        ...listed.map((batch) => `${batch.id} is listed.`),
      ];
    },
  },
];
