import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Batch } from '@cropline/contracts';
import { itemLines } from './support/item-lines.js';
import { startSystem, type System } from './support/system.js';

const HUGE = 100_000;
const SMALL = 50;
/** Of the one device, as a CPU needs for one crop. */
const MS_AN_IMAGE = 12;
const ROUNDS = 7;
/** What else the machine does only ever adds to what a round takes: each counts as the least of so many. */
const PASSES = 2;
/** In which a worker does the two chunks that it has in hand. */
const CYCLE_MS = 2 * 32 * MS_AN_IMAGE;
const LOOK_MS = 15;

const item = (index: number): { id: string; url: string } => ({
  id: `item-${index}`,
  url: `s3://photos/${index}.jpg`,
});

/** When a batch had its first outcome and when it was completed, in milliseconds since it was submitted. */
interface SmallRun {
  readonly first: number;
  readonly completed: number;
}

describe('A small batch behind a huge one', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({
      workers: 1,
      workerEnv: { CROPLINE_DEVICE: 'none', CROPLINE_NONE_MS: String(MS_AN_IMAGE) },
    });
  });
  afterAll(() => system.stop());

  async function runSmall(): Promise<SmallRun> {
    const { client } = system;
    const started = performance.now();
    const { id } = await client.createBatch({
      items: Array.from({ length: SMALL }, (_, n) => item(n)),
    });
    let first: number | null = null;
    for (;;) {
      const { status, counts } = await client.getBatch(id);
      const now = performance.now() - started;
      if (counts.pending < SMALL) first ??= now;
      if (status === 'completed' && first !== null) return { first, completed: now };
      await pause(LOOK_MS);
    }
  }

  /** The rounds of each pass. */
  async function runSeveral(): Promise<SmallRun[][]> {
    const passes: SmallRun[][] = [];
    for (let pass = 0; pass < PASSES; pass += 1) {
      const runs: SmallRun[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        runs.push(await runSmall());
        // At another moment of the chunks that the huge one has in hand, evenly spread.
        await pause((round * CYCLE_MS) / ROUNDS);
      }
      passes.push(runs);
    }
    return passes;
  }

  it('begins within seconds and takes at most twice the time that it takes alone', async () => {
    const { client } = system;
    const alone = await runSeveral();
    const huge = await client.submitLines(itemLines(HUGE, item), {}, { format: 'jsonl' });
    const waiting = async (): Promise<Batch> => client.getBatch(huge.id);
    while ((await waiting()).counts.succeeded === 0) await pause(LOOK_MS);
    const behind = await runSeveral();
    const after = await waiting();
    await client.cancelBatch(huge.id);

    // It was not waited for: the huge one is far from its end, and goes on too.
    expect(after.status).toBe('in_progress');
    expect(after.counts.pending).toBeGreaterThan(HUGE / 2);
    for (const { first } of behind.flat()) expect(first).toBeLessThan(5_000);
    const middle = (passes: readonly (readonly SmallRun[])[]): number => {
      const rounds = Array.from({ length: ROUNDS }, (_, round) =>
        Math.min(...passes.map((runs) => runs[round]?.completed ?? Infinity)),
      );
      return rounds.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
    };
    expect(middle(behind)).toBeLessThanOrEqual(2 * middle(alone));
  }, 120_000);
});
