import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ItemResult } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import { chunkJob } from '../jobs/chunk-job.js';
import { SILENT_LOGGER } from '../logger.js';
import type { BatchState } from '../redis/batch-state.js';
import { BatchStates } from '../redis/batch-states.js';
import {
  FAST,
  jsonLines,
  requestOf,
  startQueueBench,
  succeeded,
  type QueueBench,
} from '../testing/queue-bench.js';
import { withRedis } from '../testing/queue-jobs.js';
import { CancellationWatch } from './cancellation-watch.js';
import { runChunk, type RunContext } from './run-chunk.js';

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
});
afterAll(() => bench.stop());

const FIRST = { started: 1, thrown: 0, deaths: 0 };
const { items } = requestOf(3);
const named = items.map(({ id = '', url }) => ({ id, url }));
const allFailed: ItemResult[] = named.map((item) => ({
  ...item,
  status: 'failed',
  error: { code: 'INTERNAL', message: 'late', retryable: true, attempts: 1 },
}));

/** A batch of one chunk, and what it takes to run it by hand. */
async function withChunk(
  work: (context: RunContext, state: BatchState) => Promise<void>,
): Promise<void> {
  const { id } = await bench.service().create(requestOf(3));
  await withRedis(bench, async (redis, keys) => {
    const states = new BatchStates(redis, keys);
    const context: RunContext = {
      states,
      store: bench.store,
      cancellations: new CancellationWatch(states, FAST.cancelPollMs),
      process: () => Promise.resolve(named.map(succeeded)),
      log: SILENT_LOGGER,
      timing: FAST,
    };
    const state = await states.read(id);
    await work(context, state!);
  });
}

const run = (context: RunContext, { record }: BatchState): ReturnType<typeof runChunk> =>
  runChunk(context, chunkJob(record, 0, named, 1).data, FIRST, new AbortController().signal);

describe('running a chunk', () => {
  it('leaves the part alone that another wrote and counted meanwhile', async () => {
    await withChunk(async (context, state) => {
      const overtaken: RunContext = {
        ...context,
        process: async () => {
          expect(await run(context, state)).toEqual({ verdict: 'counted', advance: true });
          return allFailed;
        },
      };
      expect(await run(overtaken, state)).toMatchObject({ verdict: 'closed' });
      const part = await jsonLines(bench.store, `${state.record.folder}/parts/000000.jsonl`);
      expect(part).toEqual(named.map(succeeded));
      const after = await context.states.read(state.record.id);
      expect(after).toMatchObject({ succeeded: 3, failed: 0, counted: 1 });
    });
  });

  it('does not run a chunk that is counted, and still tells that there is something to do', async () => {
    await withChunk(async (context, state) => {
      await run(context, state);
      const never: RunContext = {
        ...context,
        process: () => Promise.reject(new Error('It was run again.')),
      };
      expect(await run(never, state)).toEqual({ verdict: 'closed', advance: true });
    });
  });

  it('drops a chunk of a batch that is being stopped or is gone', async () => {
    await withChunk(async (context, state) => {
      await context.states.stop(state.record.id, 'cancelled');
      expect(await run(context, state)).toBeNull();
      const record = { ...state.record, id: 'b0000000000000000000000' };
      expect(await run(context, { ...state, record })).toBeNull();
      const parts = [];
      for await (const part of bench.store.list(`${state.record.folder}/parts/`)) parts.push(part);
      expect(parts).toEqual([]);
    });
  });

  it('says why its batch is stopped of what was not run, and takes no such thing of one that goes on', async () => {
    await withChunk(async (context, state) => {
      const letGo: RunContext = {
        ...context,
        process: () =>
          Promise.resolve(
            named.map((item) => ({ ...item, status: 'cancelled', reason: 'cancelled' })),
          ),
      };
      await expect(run(letGo, state)).rejects.toThrow('it goes on');
      const expiring: RunContext = {
        ...letGo,
        process: async (...args) => {
          await context.states.stop(state.record.id, 'expired');
          return letGo.process(...args);
        },
      };
      expect(await run(expiring, state)).toMatchObject({ verdict: 'counted' });
      const part = await jsonLines(bench.store, `${state.record.folder}/parts/000000.jsonl`);
      expect(part).toEqual(
        named.map((item) => ({ ...item, status: 'cancelled', reason: 'expired' })),
      );
    });
  });
});
