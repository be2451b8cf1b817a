import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ItemResult } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import { batchFolder } from '../batch/batch-folder.js';
import { chunkJob } from '../jobs/chunk-job.js';
import { SILENT_LOGGER } from '../logger.js';
import type { BatchState } from '../redis/batch-state.js';
import { BatchStates } from '../redis/batch-states.js';
import { cancelledResult, partText } from '../results/part-lines.js';
import {
  FAST,
  jsonLines,
  requestOf,
  startQueueBench,
  succeeded,
  type QueueBench,
} from '../testing/queue-bench.js';
import { withRedis } from '../testing/queue-jobs.js';
import { storeWith } from '../testing/store-with.js';
import { CancellationWatch } from './cancellation-watch.js';
import { runChunk, type RunContext } from './run-chunk.js';
import type { SuspectChunk } from './suspect-chunk.js';
import type { Suspicion } from './suspicion.js';

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
});
afterAll(() => bench.stop());

const FIRST = { started: 1, thrown: 0, suspect: null };
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

const run = (
  context: RunContext,
  { record }: BatchState,
  suspected: SuspectChunk | null = null,
): ReturnType<typeof runChunk> =>
  runChunk(
    context,
    chunkJob(record, 0, named, 1).data,
    { ...FIRST, suspect: suspected },
    new AbortController().signal,
  );

const partOf = ({ record }: BatchState): Promise<unknown[]> =>
  jsonLines(bench.store, batchFolder(record.folder).part(0));

/** A worker died over it once; what is noted of it. */
function suspect(blamed: Suspicion['blamed'] = {}, notes: Suspicion[] = []): SuspectChunk {
  return {
    suspicion: { deaths: 1, running: null, blamed },
    note: (suspicion) => Promise.resolve(void notes.push(suspicion)),
  };
}

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

  it('writes over nothing when it is frozen just before it writes: the part that is there counts', async () => {
    await withChunk(async (context, state) => {
      const frozen: RunContext = {
        ...context,
        process: () => Promise.resolve(allFailed),
        store: storeWith(bench.store, {
          putIfAbsent: async (...args) => {
            await run(context, state);
            return bench.store.putIfAbsent(...args);
          },
        }),
      };
      expect(await run(frozen, state)).toMatchObject({ verdict: 'closed' });
      expect(await partOf(state)).toEqual(named.map(succeeded));
      expect(await context.states.read(state.record.id)).toMatchObject({ succeeded: 3, failed: 0 });
    });
  });

  it('counts the part of one who died before it could, as it is', async () => {
    await withChunk(async (context, state) => {
      const { part } = batchFolder(state.record.folder);
      await bench.store.put(part(0), partText(named.map(succeeded)));
      const other = { ...context, process: () => Promise.resolve(allFailed) };
      expect(await run(other, state)).toMatchObject({ verdict: 'counted' });
      expect(await partOf(state)).toEqual(named.map(succeeded));
      expect(await context.states.read(state.record.id)).toMatchObject({ succeeded: 3, failed: 0 });
    });
  });

  it('does not even run one again over which a worker died after its part was written', async () => {
    await withChunk(async (context, state) => {
      const { part } = batchFolder(state.record.folder);
      await bench.store.put(part(0), partText(named.map(succeeded)));
      const never: RunContext = {
        ...context,
        process: () => Promise.reject(new Error('It was run again.')),
      };
      expect(await run(never, state, suspect())).toMatchObject({ verdict: 'counted' });
    });
  });

  it('runs items again that were let go for a stop that Redis has lost', async () => {
    await withChunk(async (context, state) => {
      const { part } = batchFolder(state.record.folder);
      const letGo = named.map((item) => cancelledResult(item, 'error_threshold'));
      await bench.store.put(part(0), partText(letGo));
      expect(await run(context, state)).toMatchObject({ verdict: 'counted' });
      expect(await partOf(state)).toEqual(named.map(succeeded));
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

  it('has the images of one over which a worker died run one by one, each noted while it is decoded', async () => {
    await withChunk(async (context, state) => {
      const notes: Suspicion[] = [];
      const seen: unknown[] = [];
      const watched: RunContext = {
        ...context,
        process: async ({ items: some }, { beforeImage }) => {
          const fetching = notes.at(-1)?.running ?? null;
          await beforeImage?.();
          seen.push([fetching, notes.at(-1)?.running, ...some.map(({ id }) => id)]);
          return some.map(succeeded);
        },
      };
      const verdict = await run(watched, state, suspect({ 1: 2, 2: 1 }, notes));
      expect(verdict).toMatchObject({ verdict: 'counted' });
      expect(seen).toEqual([
        [null, 0, 'item-0'],
        [null, 2, 'item-2'],
      ]);
      expect(notes.map(({ running }) => running)).toEqual([0, null, 2, null]);
      expect(await partOf(state)).toMatchObject([
        { status: 'succeeded' },
        {
          id: 'item-1',
          status: 'failed',
          error: { code: 'IMAGE_KILLED_WORKER', retryable: false, attempts: 2 },
        },
        { status: 'succeeded' },
      ]);
    });
  });
});
