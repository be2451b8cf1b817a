import { createHash } from 'node:crypto';
import {
  CroplineError,
  describeCause,
  type BucketRules,
  type Caller,
  type CreateBatchRequest,
  type Item,
} from '@cropline/contracts';
import { joinS3Url, type HookSender, type ObjectStore } from '@cropline/storage';
import type { SubmitOptions } from '../batch-service.js';
import { checkBuckets } from '../locations/check-buckets.js';
import { checkLocations, urlCheck } from '../locations/check-locations.js';
import type { QuotaHold, Quotas } from '../limits/quotas.js';
import type { BatchStates } from '../redis/batch-states.js';
import type { IdempotencyKeys, KeyLease } from '../redis/idempotency-keys.js';
import { readWebhook, sameSecret } from '../webhooks/webhook-document.js';
import type { RedisGuard } from '../redis/redis-guard.js';
import {
  namedItems,
  outputRefused,
  storeSourceSubmission,
  storeSubmission,
  type Submission,
} from './accept-batch.js';
import { listDigest, plainList, storeListSubmission } from './accept-list.js';
import { newBatchId } from './batch-id.js';
import { storePointer } from './batch-location.js';
import { ownerOf } from './batch-owner.js';
import type { BatchRecord } from './batch-record.js';
import { restoreBatch } from './restore-batch.js';

/** What submitting works with. */
export interface SubmitContext {
  readonly store: ObjectStore;
  readonly states: BatchStates;
  readonly keys: IdempotencyKeys;
  readonly guard: RedisGuard;
  readonly quotas: Quotas;
  readonly hooks: HookSender;
  /** Where batches go that name no output of their own. */
  readonly outputUrl: string;
  readonly buckets: BucketRules;
  /** On whose behalf; null for nobody's. */
  readonly caller: Caller | null;
}

/**
 * Stores a batch and enters it into Redis, or finds the one that the request's idempotency key stands for.
 *
 * @returns The id of the batch, and whether it was there before.
 * @throws `QUOTA_EXCEEDED`, `LOCATION_FORBIDDEN`, `REQUEST_INVALID`, `REQUEST_TOO_LARGE`, `OUTPUT_NOT_ALLOWED`, `IDEMPOTENCY_CONFLICT`,
 *   `IDEMPOTENCY_IN_PROGRESS`
 */
export async function submitBatch(
  context: SubmitContext,
  request: CreateBatchRequest,
  { list, idempotencyKey }: SubmitOptions,
): Promise<{ readonly id: string; readonly replayed: boolean }> {
  checkBuckets(context.buckets, request);
  checkLocations(context.caller, request, context.outputUrl);
  const items = namedItems(request.items ?? []);
  if (request.webhook !== undefined) checkWebhook(context.hooks, request.webhook.url);
  const call: SubmitCall = { request, items, list: list && plainList(list) };
  if (idempotencyKey === undefined) {
    const id = newBatchId('batch');
    await enter(context, id, call, null);
    return { id, replayed: false };
  }
  const { keys, guard, caller } = context;
  const { batchId, digest, lease } = await guard(() =>
    keys.reserve(ownKey(caller, idempotencyKey), newBatchId('batch')),
  );
  if (lease === null) {
    if (digest === null) throw underWay();
    await expectSame(context, batchId, call, digest);
    return { id: batchId, replayed: true };
  }
  return underLease(context, batchId, call, lease);
}

/** Two tenants may use the same key. */
function ownKey(caller: Caller | null, key: string): string {
  return caller === null ? key : JSON.stringify([caller.tenant, key]);
}

function checkWebhook(hooks: HookSender, url: string): void {
  try {
    hooks.check(url);
  } catch (cause) {
    const message = describeCause(cause);
    throw new CroplineError('REQUEST_INVALID', `The webhook cannot be taken: ${message}`, {
      details: { errors: [{ path: 'webhook.url', message }], errorCount: 1 },
      cause,
    });
  }
}

interface SubmitCall {
  readonly request: CreateBatchRequest;
  readonly items: readonly Item[];
  readonly list: SubmitOptions['list'];
}

/** Makes the batch of a key, or finds that one who died has made it. */
async function underLease(
  context: SubmitContext,
  id: string,
  call: SubmitCall,
  lease: KeyLease,
): Promise<{ readonly id: string; readonly replayed: boolean }> {
  const { guard } = context;
  try {
    const before = await findRecord(context, id, call.request);
    if (before?.requestDigest !== undefined) {
      const digest = before.requestDigest;
      await storePointer(context.store, context.outputUrl, before);
      await guard(() => lease.settle(digest));
      await expectSame(context, id, call, digest);
      return { id, replayed: true };
    }
    const { requestDigest = '' } = await enter(context, id, call, lease);
    await guard(() => lease.settle(requestDigest));
    return { id, replayed: false };
  } catch (error) {
    const refused = error instanceof CroplineError && !error.retryable;
    // Without Redis the lease runs out by itself.
    await (refused ? lease.drop() : lease.leave()).catch(() => undefined);
    throw error;
  }
}

async function findRecord(
  { states, store, guard, outputUrl, caller }: SubmitContext,
  id: string,
  { output }: CreateBatchRequest,
): Promise<BatchRecord | null> {
  const known = await guard(() => states.read(id));
  if (known !== null) return known.record;
  const folder = joinS3Url(output?.url ?? outputUrl, id);
  const location = { id, folder, owner: ownerOf(caller, outputUrl) };
  const restored = await guard(() => restoreBatch(states, store, location)).catch(
    (error: unknown) => {
      throw outputRefused(output, error);
    },
  );
  return restored ? ((await guard(() => states.read(id)))?.record ?? null) : null;
}

/** Takes room for the batch, stores it, then enters it: from here on it is accepted. */
async function enter(
  context: SubmitContext,
  id: string,
  call: SubmitCall,
  lease: KeyLease | null,
): Promise<BatchRecord> {
  const { quotas, caller } = context;
  // How many there are in a list or a source is known later.
  const more = { batches: 1, items: Math.max(1, call.items.length) };
  const hold = await quotas.hold(caller, id, more);
  try {
    return await enterHeld(context, id, call, lease, hold);
  } finally {
    await hold.end();
  }
}

async function enterHeld(
  { store, states, guard, outputUrl, caller }: SubmitContext,
  id: string,
  { request, items, list }: SubmitCall,
  lease: KeyLease | null,
  hold: QuotaHold,
): Promise<BatchRecord> {
  const { options, metadata, output, source } = request;
  const submission: Submission = {
    id,
    owner: ownerOf(caller, outputUrl),
    options,
    metadata,
    outputUrl: output?.url ?? outputUrl,
    settings: request,
    ...(lease === null || list !== undefined
      ? {}
      : { requestDigest: requestDigest(request, null) }),
  };
  const wanted = async (count: number): Promise<void> => {
    await hold.resize(count);
    if (lease !== null && !(await guard(() => lease.held()))) throw underWay();
  };
  const stored = async (): Promise<BatchRecord> => {
    if (list !== undefined) {
      const digest = (of: string): string => requestDigest(request, { format: list.format, of });
      return storeListSubmission(store, submission, list, {
        wanted,
        urlCheck: urlCheck(caller, outputUrl),
        ...(lease === null ? {} : { digest }),
      });
    }
    return source === undefined
      ? storeSubmission(store, submission, items)
      : storeSourceSubmission(store, submission, source);
  };
  const folder = joinS3Url(submission.outputUrl, id);
  await guard(() => states.submissions.begin(folder));
  const record = await stored().catch((error: unknown) => {
    throw outputRefused(output, error);
  });
  await storePointer(store, outputUrl, record);
  await guard(() => states.create(record));
  // Were it not forgotten here, it is once somebody looks and finds the record.
  await states.submissions.end(folder).catch(() => undefined);
  return record;
}

async function expectSame(
  { store, outputUrl }: SubmitContext,
  id: string,
  { request, list }: SubmitCall,
  digest: string,
): Promise<void> {
  const { webhook, output } = request;
  const of = list === undefined ? null : { format: list.format, of: await listDigest(list) };
  let same = requestDigest(request, of) === digest;
  if (same && webhook !== undefined) {
    // The same request but for its secret, perhaps; its output, hence its folder, is the same.
    const known = await readWebhook(store, joinS3Url(output?.url ?? outputUrl, id));
    same = known === null || sameSecret(known.secret, webhook.secret);
  }
  if (same) return;
  throw new CroplineError(
    'IDEMPOTENCY_CONFLICT',
    'Expected the request that the Idempotency-Key was first used with, but received another; use a new key for it.',
  );
}

/**
 * The digest of what was asked for, as it was understood: defaults filled in, white space of JSON left out.
 * Nothing that is stored with a batch is made of its secret, which is compared with the one in its place.
 */
function requestDigest(
  { webhook, ...rest }: CreateBatchRequest,
  list: { readonly format: string; readonly of: string } | null,
): string {
  const request = webhook === undefined ? rest : { ...rest, webhook: { url: webhook.url } };
  return createHash('sha256')
    .update(JSON.stringify([request, list]))
    .digest('hex');
}

function underWay(): CroplineError {
  return new CroplineError(
    'IDEMPOTENCY_IN_PROGRESS',
    'Expected no other request with this Idempotency-Key, but one is under way; try again in a few seconds.',
  );
}
