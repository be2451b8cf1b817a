import type { Caller, ClassifyOptions, Item, ItemResult } from '@cropline/contracts';
import { joinS3Url } from '@cropline/storage';
import type { RedisClient } from '../redis/redis-client.js';
import { storeSubmission } from '../batch/accept-batch.js';
import { batchFolder } from '../batch/batch-folder.js';
import { newBatchId } from '../batch/batch-id.js';
import { ownerOf } from '../batch/batch-owner.js';
import type {
  BatchServiceOptions,
  ClassificationInput,
  ClassificationOutcome,
} from '../batch-service.js';
import { checkLocations } from '../locations/check-locations.js';
import { chunkJob, openChunkQueue } from '../jobs/chunk-job.js';
import type { Quotas } from '../limits/quotas.js';
import type { Logger } from '../logger.js';
import type { BatchStates } from '../redis/batch-states.js';
import { connectRedis, disconnectRedis } from '../redis/connect-redis.js';
import type { QueueKeys } from '../redis/keys.js';
import { guardRedis, type RedisGuard } from '../redis/redis-guard.js';
import { Answers } from './answers.js';

const ITEM_ID = 'image';
/** What is published while a connection is down that seems to be up is heard by nobody: so often it is looked. */
const LOOK_EVERY_MS = 5_000;

/** What classifying one image works with. */
export interface ClassifyContext extends BatchServiceOptions {
  readonly log: Logger;
  readonly keys: QueueKeys;
  readonly redis: RedisClient;
  readonly guard: RedisGuard;
  readonly states: BatchStates;
  readonly quotas: Quotas;
}

/** Reads the outcome of an item; null while it has none. */
type ReadOutcome = (batchId: string, itemId: string) => Promise<ItemResult | null>;

/** Classifies single images ahead of all batches. */
export interface Classify {
  classify(
    caller: Caller | null,
    input: ClassificationInput,
    options: ClassifyOptions,
    waitMs: number,
    signal: AbortSignal | undefined,
    readOutcome: ReadOutcome,
  ): Promise<ClassificationOutcome>;
  close(): Promise<void>;
}

/** Makes it; its second connection to Redis is opened with the first image. */
export function createClassify(context: ClassifyContext): Classify {
  const { store, outputUrl, states, quotas, guard, redis, keys, log } = context;
  const chunks = openChunkQueue(redis, keys);
  chunks.on('error', (error) => log.debug({ error: error.message }, 'queue error'));
  let hearing: { answers: Answers; redis: RedisClient; guard: RedisGuard } | null = null;

  const hear = async (): Promise<Answers> => {
    if (hearing === null) {
      const subscriber = connectRedis(context.redisUrl, 'serving', log);
      const answers = new Answers(subscriber, keys.answers);
      hearing = { answers, redis: subscriber, guard: guardRedis(subscriber, context.redisUrl) };
    }
    const { answers, guard: guardSubscriber } = hearing;
    await guardSubscriber(() => answers.subscribe());
    return answers;
  };

  const submit = async (
    caller: Caller | null,
    input: ClassificationInput,
    options: ClassifyOptions,
  ): Promise<string> => {
    const id = newBatchId('classification');
    if ('url' in input) checkLocations(caller, { items: [input] }, outputUrl);
    const hold = await quotas.hold(caller, id, { batches: 0, items: 1 });
    try {
      return await submitHeld(caller, id, input, options);
    } finally {
      await hold.end();
    }
  };

  const submitHeld = async (
    caller: Caller | null,
    id: string,
    input: ClassificationInput,
    options: ClassifyOptions,
  ): Promise<string> => {
    const folder = joinS3Url(outputUrl, id);
    await guard(() => states.submissions.begin(folder));
    const item = await inputItem(store, folder, input);
    const owner = ownerOf(caller, outputUrl, 'url' in input ? [] : [`${folder}/`]);
    const submission = { id, owner, options, metadata: {}, outputUrl };
    const record = await storeSubmission(store, submission, [item]);
    await guard(() => states.create(record));
    // Its one chunk is queued here, without the way through the planner. Were this not to happen, the
    // next sweep would have it planned.
    const { name, data, opts } = chunkJob(record, 0, [item], 'urgent');
    await guard(() => chunks.add(name, data, opts));
    await states.submissions.end(folder).catch(() => undefined);
    return id;
  };

  return {
    classify: async (caller, input, options, waitMs, signal, readOutcome) => {
      const deadline = Date.now() + waitMs;
      const answers = await hear();
      const batchId = await submit(caller, input, options);
      const outcome = (result: ItemResult | null): ClassificationOutcome => ({
        batchId,
        itemId: ITEM_ID,
        result,
      });
      for (;;) {
        const ear = answers.listen(batchId);
        try {
          // From here on it is accepted: what fails now only ends the wait.
          const result = await readOutcome(batchId, ITEM_ID).catch(() => null);
          const leftMs = deadline - Date.now();
          if (result !== null || leftMs <= 0 || signal?.aborted === true) return outcome(result);
          await ear.heard(Math.min(leftMs, LOOK_EVERY_MS), signal);
        } finally {
          ear.close();
        }
      }
    },
    close: async () => {
      if (hearing !== null) await disconnectRedis(hearing.redis);
    },
  };
}

async function inputItem(
  store: BatchServiceOptions['store'],
  folder: string,
  input: ClassificationInput,
): Promise<Item> {
  if ('url' in input) return { id: ITEM_ID, url: input.url };
  const { input: url } = batchFolder(folder);
  await store.put(url, input.bytes, { contentType: input.contentType });
  return { id: ITEM_ID, url };
}
