import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CroplineClient } from '@cropline/client';
import {
  CroplineError,
  FINAL_STATUSES,
  type Batch,
  type BatchStatus,
  type CreateBatchRequestInput,
  type ItemResult,
} from '@cropline/contracts';
import { seededRandom } from './support/seeded-random.js';
import { countsAddUp, startSystem, type System } from './support/system.js';

const SIZES = { cancelled: 7_000, expiring: 7_000, alone: 6_000 };
/** In the middle of the first round, at two workers' pace; a later round has as long again. */
const EXPIRES_AFTER_SECONDS = 6;
const MS_AN_IMAGE = 2;
const MIN_KILLS = 8;
const MAX_KILLS = 14;

type Name = keyof typeof SIZES;
const NAMES = Object.keys(SIZES) as Name[];

/** A failure names it; set SEED to have the same moments again. */
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32));

describe('Three batches of 20,000 items in all, while API and workers are killed', () => {
  let system: System;
  /** Sends a call once: whether the API answers is the question. */
  let once: CroplineClient;
  const random = seededRandom(SEED);
  const story: string[] = [];
  const latest = new Map<Name, Batch>();
  const ended = new Set<Name>();
  /** Aborted by the first failure, so that nothing goes on after it. */
  const failure = new AbortController();

  beforeAll(async () => {
    system = await startSystem({
      workers: 2,
      workerEnv: { CROPLINE_DEVICE: 'none', CROPLINE_NONE_MS: String(MS_AN_IMAGE) },
    });
    once = new CroplineClient({ baseUrl: system.stack.apiUrl, retries: 0 });
  }, 120_000);
  afterAll(() => system.stop());

  /** What the API answers; null when nobody does. */
  async function answer<Answer>(call: () => Promise<Answer>): Promise<Answer | null> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof CroplineError && error.code === 'API_UNREACHABLE') return null;
      throw error;
    }
  }

  const request = (name: Name): CreateBatchRequestInput => ({
    items: Array.from({ length: SIZES[name] }, (_, index) => ({
      id: `${name}-${index}`,
      url: `s3://photos/${index}.jpg`,
    })),
    ...(name === 'expiring' ? { expiresAfter: EXPIRES_AFTER_SECONDS } : {}),
  });

  /** Follows a batch until all of its items have been run, and asks for what is to happen to it on the way. */
  async function follow(name: Name, id: string): Promise<Set<BatchStatus>> {
    const stops = new Set<BatchStatus>();
    for (;;) {
      failure.signal.throwIfAborted();
      const batch = await answer(() => once.getBatch(id));
      if (batch !== null) {
        const { status, counts, retries } = batch;
        const before = latest.get(name)?.counts.succeeded ?? 0;
        latest.set(name, batch);
        expect(countsAddUp(batch)).toBe(true);
        expect(Math.min(...Object.values(counts))).toBeGreaterThanOrEqual(0);
        expect(counts.total).toBe(SIZES[name]);
        // At its end the counts are taken from its files; those before were not to have run ahead of them.
        expect(counts.succeeded).toBeGreaterThanOrEqual(before);
        if (status === 'finalizing') expect(counts.pending).toBe(0);
        if (status === 'completed') return stops;
        if (FINAL_STATUSES.has(status)) {
          stops.add(status);
          expect(counts.pending).toBe(0);
          expect(counts.cancelled).toBeGreaterThan(0);
          await answer(() => once.retryBatch(id, { outcomes: ['cancelled'] }));
        } else if (
          name === 'cancelled' &&
          status === 'in_progress' &&
          retries.length === 0 &&
          counts.succeeded > counts.total / 5
        ) {
          await answer(() => once.cancelBatch(id));
        }
      }
      await sleep(50);
    }
  }

  async function killOne(): Promise<void> {
    const { stack } = system;
    const victim = random() < 0.5 ? stack.api : stack.workers[random() < 0.5 ? 0 : 1];
    if (victim === undefined) throw new Error('A worker that was started is gone.');
    const now = NAMES.map((name) => {
      const batch = latest.get(name);
      return `${name} ${batch?.status ?? 'unseen'} ${1 + (batch?.retries.length ?? 0)}`;
    });
    story.push(`${victim.name} (${now.join(', ')})`);
    await victim.kill('SIGKILL');
    if (victim.name === 'api') await stack.restartApi();
    else await stack.addWorker();
  }

  /** Kills until it has struck often, and while items were run again; then lets all come to its end. */
  async function killAtRandom(): Promise<void> {
    const disturbed = new Set<Name>();
    for (let kills = 0; kills < MAX_KILLS && ended.size < NAMES.length; kills += 1) {
      if (kills >= MIN_KILLS && disturbed.size === 2) return;
      await sleep(200 + random() * 2_500);
      failure.signal.throwIfAborted();
      for (const [name, { status, retries }] of latest) {
        if (retries.length > 0 && status === 'in_progress') disturbed.add(name);
      }
      await killOne();
    }
  }

  async function expectExactlyOnce(name: Name, id: string): Promise<void> {
    const batch = await system.client.getBatch(id);
    const total = SIZES[name];
    expect(batch.counts).toEqual({ total, pending: 0, succeeded: total, failed: 0, cancelled: 0 });
    const results = (await system.store.get(batch.output.results ?? ''))
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as ItemResult);
    expect(results.map((result) => result.id)).toEqual(
      Array.from({ length: total }, (_, index) => `${name}-${index}`),
    );
    expect(results.filter(({ status }) => status === 'succeeded')).toHaveLength(total);
    const again = results.filter((result) => (result.earlier?.length ?? 0) > 0);
    expect(again.length > 0).toBe(name !== 'alone');
  }

  it('counts right at every look, and gives each item one outcome', async () => {
    try {
      const ids = await Promise.all(
        NAMES.map(async (name) => (await system.client.createBatch(request(name))).id),
      );
      const following = ids.map(async (id, index) => {
        const name = NAMES[index]!;
        const stops = await follow(name, id);
        ended.add(name);
        return stops;
      });
      const work = [...following, killAtRandom()].map((job) =>
        job.catch((error: unknown) => failure.abort(error)),
      );
      await Promise.all(work);
      failure.signal.throwIfAborted();
      const [cancelled, expiring, alone] = await Promise.all(following);
      expect([...cancelled!]).toEqual(['cancelled']);
      expect([...expiring!]).toEqual(['expired']);
      expect([...alone!]).toEqual([]);
      for (const [index, id] of ids.entries()) await expectExactlyOnce(NAMES[index]!, id);
    } catch (cause) {
      const seen = JSON.stringify(
        [...latest.values()].map(({ status, counts }) => [status, counts]),
      );
      const kills = story.map((line) => `\n  ${line}`).join('');
      throw new Error(`With seed ${SEED}; last seen: ${seen}; killed:${kills}\n${String(cause)}`, {
        cause,
      });
    }
  }, 300_000);
});
