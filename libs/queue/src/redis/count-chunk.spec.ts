import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { CROPLINE_VERSION } from '@cropline/contracts';
import { startRedis } from '@cropline/tools';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { newBatchId } from '../batch/batch-id.js';
import { itemsOfChunk, type BatchRecord } from '../batch/batch-record.js';
import { isCounted } from './batch-state.js';
import { BatchStates } from './batch-states.js';
import { queueKeys } from './keys.js';

let server: Awaited<ReturnType<typeof startRedis>>;
let connections: Redis[];
beforeAll(async () => {
  server = await startRedis();
  connections = Array.from({ length: 4 }, () => new Redis(server.url));
});
afterAll(async () => {
  for (const redis of connections) redis.disconnect();
  await server.stop();
});

const CHUNK_SIZE = 4;

/** Chunks in the order in which they are counted, some of them several times, with how many failed. */
const runs = fc.integer({ min: 1, max: 40 }).chain((total) =>
  fc.record({
    total: fc.constant(total),
    repeats: fc.array(fc.nat({ max: Math.ceil(total / CHUNK_SIZE) - 1 }), { maxLength: 20 }),
    failing: fc.array(fc.nat({ max: 1 }), { minLength: 1 }),
  }),
);

describe('counting chunks', () => {
  it('adds each chunk once, however often and by however many it is counted at once', async () => {
    const keys = queueKeys(`spec-${randomUUID()}`);
    const states = connections.map((redis) => new BatchStates(redis, keys));
    const [first] = states;
    await fc.assert(
      fc.asyncProperty(runs, async ({ total, repeats, failing }) => {
        const record: BatchRecord = {
          id: newBatchId('batch'),
          options: { crops: 'single', topK: 1 },
          metadata: {},
          total,
          chunkSize: CHUNK_SIZE,
          folder: 's3://results/x',
          createdAt: new Date(0).toISOString(),
          version: CROPLINE_VERSION,
        };
        await first!.create(record);
        const chunks = Array.from({ length: Math.ceil(total / CHUNK_SIZE) }, (_, n) => n);
        const order = [...repeats, ...chunks, ...repeats];
        const verdicts = await Promise.all(
          order.map(async (chunk, n) => {
            const items = itemsOfChunk(record, chunk);
            const failed = Math.min(items, failing[n % failing.length] ?? 0);
            const outcomes = { succeeded: items - failed, failed, cancelled: 0 };
            const counted = await states[n % states.length]!.countChunk(
              record.id,
              chunk,
              outcomes,
              null,
            );
            return { chunk, ...counted };
          }),
        );
        const state = await first!.read(record.id);
        const bits = await first!.countedBits(record.id);
        expect(state!.succeeded + state!.failed).toBe(total);
        expect(state).toMatchObject({
          counted: chunks.length,
          cancelled: 0,
          status: 'finalizing',
          sealed: true,
        });
        expect(chunks.every((chunk) => isCounted(bits, chunk))).toBe(true);
        expect(isCounted(bits, chunks.length)).toBe(false);
        const counted = verdicts.filter(({ verdict }) => verdict === 'counted');
        expect(counted.map(({ chunk }) => chunk).sort((a, b) => a - b)).toEqual(chunks);
        expect(counted.some(({ advance }) => advance)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('knows no batch that is not there', async () => {
    const [redis] = connections;
    const states = new BatchStates(redis!, queueKeys(`spec-${randomUUID()}`));
    const none = { succeeded: 1, failed: 0, cancelled: 0 };
    expect(await states.countChunk(newBatchId('batch'), 0, none, null)).toEqual({
      verdict: 'missing',
      advance: false,
    });
  });
});
