import { setTimeout as sleep } from 'node:timers/promises';
import { describeCause } from '@cropline/contracts';
import { WaitingError, Worker, type Job } from 'bullmq';
import type { ChunkConsumer, ChunkConsumerOptions } from './chunk-consumer.js';
import { CancellationWatch } from './consuming/cancellation-watch.js';
import { readableOnly } from './consuming/readable-items.js';
import { ChunkSlots } from './consuming/chunk-slots.js';
import { runChunk, type RunContext } from './consuming/run-chunk.js';
import type { SuspectChunk } from './consuming/suspect-chunk.js';
import { suspicionOf } from './consuming/suspicion.js';
import { CHUNK_QUEUE, type ChunkJob } from './jobs/chunk-job.js';
import { openCoordinationQueue, requestAdvance } from './jobs/coordination-job.js';
import { BatchStates } from './redis/batch-states.js';
import { connectRedis, disconnectRedis } from './redis/connect-redis.js';
import { queueKeys } from './redis/keys.js';
import { DEFAULT_TIMING } from './timing.js';

/** How long a drain waits for Redis to take back a chunk; past it the chunk's lock runs out by itself. */
const HAND_BACK_MS = 3_000;

/** Why a chunk that runs is not wanted here any more. */
class HandBack extends Error {
  constructor() {
    super('The chunk is handed back to the queue.');
  }
}

class ClaimLost extends Error {
  constructor() {
    super('The chunk was given to another worker.');
  }
}

/** Makes a consumer, which takes chunks from `start()` on. */
export function createChunkConsumer(options: ChunkConsumerOptions): ChunkConsumer {
  const { store, log, concurrency } = options;
  const process = readableOnly(options.process);
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const keys = queueKeys(options.prefix);
  const redis = connectRedis(options.redisUrl, 'working', log);
  const coordination = openCoordinationQueue(redis, keys);
  const states = new BatchStates(redis, keys);
  const cancellations = new CancellationWatch(states, timing.cancelPollMs);
  const context: RunContext = { states, store, cancellations, process, log, timing };
  /** Of the chunks that run, by job id. */
  const claims = new Map<string, AbortController>();
  let draining: Promise<void> | null = null;

  const slots = new ChunkSlots((alone) => {
    worker.concurrency = alone ? 1 : concurrency;
  });

  /** The chunk as one over which a worker died; null when none did. */
  const suspected = (
    job: Job<ChunkJob>,
    token: string,
    claim: AbortController,
  ): SuspectChunk | null => {
    const suspicion = suspicionOf(job.progress, job.stalledCounter);
    if (suspicion === null) return null;
    return {
      suspicion,
      note: async (found) => {
        try {
          if ((await job.extendLock(token, timing.lockMs)) !== 1) throw new ClaimLost();
          await job.updateProgress(found);
        } catch (error) {
          // What cannot be noted is not run, and no fault of the image that it was about.
          claim.abort(error);
          throw error;
        }
      },
    };
  };

  const run = async (
    job: Job<ChunkJob>,
    suspect: SuspectChunk | null,
    signal: AbortSignal,
  ): Promise<void> => {
    const { batchId, index, urgent } = job.data;
    const history = { started: job.attemptsStarted, thrown: job.attemptsMade, suspect };
    const verdict = await runChunk(context, job.data, history, signal);
    log.debug({ batchId, chunk: index, verdict: verdict?.verdict ?? 'dropped' }, 'chunk done');
    if (verdict === null) return;
    if (urgent) await redis.publish(keys.answers, batchId);
    if (verdict.advance) await requestAdvance(coordination, batchId);
  };

  const onError = (error: Error): void => {
    log.debug({ error: error.message }, 'queue error');
  };

  const worker = new Worker<ChunkJob, undefined>(
    CHUNK_QUEUE,
    async (job, token = '') => {
      const claim = new AbortController();
      const id = job.id ?? '';
      claims.set(id, claim);
      let leave: (() => void) | null = null;
      try {
        if (draining !== null) throw new HandBack();
        const suspect = suspected(job, token, claim);
        // Who died over it is accounted for before this worker can, be it of another chunk.
        await suspect?.note(suspect.suspicion);
        leave = await (suspect === null ? slots.enter() : slots.enterAlone(claim.signal));
        if (leave === null) throw new HandBack();
        await run(job, suspect, claim.signal);
        return undefined;
      } catch (error) {
        const reason: unknown = claim.signal.aborted ? claim.signal.reason : error;
        if (reason instanceof HandBack) await job.moveToWait(token);
        // BullMQ leaves a job alone that throws this: it is another's already.
        if (reason instanceof HandBack || reason instanceof ClaimLost) throw new WaitingError();
        throw error;
      } finally {
        leave?.();
        claims.delete(id);
      }
    },
    {
      connection: redis,
      prefix: keys.prefix,
      autorun: false,
      concurrency,
      lockDuration: timing.lockMs,
      lockRenewTime: timing.lockMs / 4,
      stalledInterval: timing.stalledCheckMs,
      // BullMQ would drop a chunk that stalled too often; runChunk gives its items an outcome instead.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      drainDelay: timing.idleMs / 1000,
      runRetryDelay: timing.retryMs,
      settings: {
        backoffStrategy: (attempts) =>
          Math.min(timing.retryMs * 2 ** (attempts - 1), timing.retryMaxMs),
      },
    },
  );
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const id of jobIds) claims.get(id)?.abort(new ClaimLost());
  });
  worker.on('stalled', (job) => log.warn({ job }, 'a chunk was taken from a worker that is gone'));
  worker.on('error', onError);
  coordination.on('error', onError);

  const consumer: ChunkConsumer = {
    start: () => {
      worker.run().catch((error: unknown) => {
        log.error({ error: describeCause(error) }, 'the consumer stopped taking chunks');
      });
    },
    get active() {
      return claims.size;
    },
    drain: async (deadlineMs) => {
      draining ??= worker.pause();
      const drained = draining.then(() => 'drained' as const);
      if ((await within(deadlineMs, drained)) === 'drained') return 'finished';
      const rest = [...claims.values()];
      for (const claim of rest) claim.abort(new HandBack());
      await within(HAND_BACK_MS, drained);
      return rest.length === 0 ? 'finished' : 'handed-back';
    },
    close: async () => {
      await consumer.drain(0);
      await worker.close(true);
      await disconnectRedis(redis);
    },
  };
  return consumer;
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T | 'late'> {
  const timer = new AbortController();
  const late = sleep(limitMs, 'late' as const, { signal: timer.signal });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
    await late.catch(() => undefined);
  }
}
