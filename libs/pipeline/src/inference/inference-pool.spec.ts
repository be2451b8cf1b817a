import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CroplineError } from '@cropline/contracts';
import type { DeviceBatch } from './device-batch.js';
import {
  InferencePool,
  MAX_CRASHES_PER_BATCH,
  type InferencePoolOptions,
} from './inference-pool.js';
import type { ThreadScript } from './scripted-thread.js';

const SIZE = 2;
const CLASSES = 3;
const BATCH_SIZE = 4;

let folder: string;
let pool: InferencePool | null;
let crashes: string[];
let notices: string[];
let broken: CroplineError[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cropline-pool-'));
  pool = null;
  crashes = [];
  notices = [];
  broken = [];
});
afterEach(async () => {
  await pool?.close();
  await rm(folder, { recursive: true });
});

/** How often scripted threads did something. */
const times = async (name: string): Promise<number> =>
  (await readdir(folder)).filter((file) => file.startsWith(`${name}-`)).length;

/** Starts scripted threads and runs batches through them as a batcher would: whenever there is room. */
async function start(
  script: ThreadScript,
  threads = 1,
): Promise<{
  readonly run: (images: readonly (readonly number[])[]) => Promise<number[][]>[];
}> {
  await writeFile(join(folder, 'script.json'), JSON.stringify(script));
  const queue: DeviceBatch[] = [];
  const pump = (): void => {
    if (pool === null) return;
    for (;;) {
      const { idle, prefetching } = pool.vacancy();
      const batch = idle + prefetching > 0 ? queue.shift() : undefined;
      if (batch === undefined) return;
      pool.run(batch);
    }
  };
  const options: InferencePoolOptions = {
    settings: {
      program: { kind: 'onnx', graphPath: folder, denseGraphPath: folder },
      device: 'cpu',
      classes: CLASSES,
      inputSize: SIZE,
      batchSize: BATCH_SIZE,
    },
    threads,
    entry: new URL('./scripted-thread.js', import.meta.url),
    onVacancy: pump,
    // jest's realm is not the thread's, whose errors so come as text of ours: 'Error: …'.
    onNotice: (message) => notices.push(message),
    onCrash: (error) => crashes.push(error.message.replace('Error: ', '')),
    onBroken: (error) => {
      broken.push(error);
      for (const batch of queue.splice(0)) batch.failed(error);
    },
  };
  pool = await InferencePool.start(options);
  return {
    run: (images) => {
      const { batch, answers } = batchOf(images);
      queue.push(batch);
      pump();
      return answers;
    },
  };
}

/** A batch of images with some crops each, every crop named by its first byte; and an answer an image. */
function batchOf(images: readonly (readonly number[])[]): {
  batch: DeviceBatch;
  answers: Promise<number[][]>[];
} {
  const settle: { resolve(rows: number[][]): void; reject(error: Error): void }[] = [];
  const answers = images.map(
    () => new Promise<number[][]>((resolve, reject) => settle.push({ resolve, reject })),
  );
  const make = (indexes: readonly number[]): DeviceBatch => {
    const crops = indexes.flatMap((index) => images[index]!);
    return {
      count: crops.length,
      whole: null,
      fill: ({ pixels, mirrored }) => {
        pixels.fill(0);
        crops.forEach((value, place) => {
          pixels[place * SIZE * SIZE * 3] = value;
          pixels[(place + 1) * SIZE * SIZE * 3 - 1] = value + 1;
          mirrored[place] = value % 2;
        });
      },
      done: ({ scores }) => {
        let at = 0;
        for (const index of indexes) {
          const rows = images[index]!.map(() => [...scores.subarray(at, (at += CLASSES))]);
          settle[index]!.resolve(rows);
        }
      },
      failed: (error) => indexes.forEach((index) => settle[index]!.reject(error)),
      apart: () => indexes.map((index) => make([index])),
    };
  };
  return { batch: make(images.map((_, index) => index)), answers };
}

const row = (value: number): number[] => [value / 256, value % 2, (value + 1) / 256];

describe('InferencePool', () => {
  it('runs every batch once, over all threads, and gives each crop its own scores', async () => {
    const { run } = await start({}, 3);
    const values = Array.from({ length: 50 }, (_, index) => index);
    const answers = values.flatMap((value) => run([[value, value + 100], [value + 50]]));
    expect(await Promise.all(answers)).toEqual(
      values.flatMap((value) => [[row(value), row(value + 100)], [row(value + 50)]]),
    );
    expect(await times('batch')).toBe(50);
    expect(pool!.threads).toEqual({ ready: 3, crashed: 0 });
    expect(await times('start')).toBe(3);
  });

  it('holds at most two batches a thread, and shares them out evenly', async () => {
    const { run } = await start({ gate: 'open' }, 2);
    expect(pool!.vacancy()).toEqual({ idle: 2, prefetching: 0 });
    const answers = run([[1]]);
    expect(pool!.vacancy()).toEqual({ idle: 1, prefetching: 1 });
    answers.push(...run([[2]]));
    expect(pool!.vacancy()).toEqual({ idle: 0, prefetching: 2 });
    answers.push(...run([[3]]), ...run([[4]]));
    expect(pool!.vacancy()).toEqual({ idle: 0, prefetching: 0 });
    answers.push(...run([[5]]));
    expect(() => pool!.run(batchOf([[6]]).batch)).toThrow('no room');
    await writeFile(join(folder, 'open'), '');
    expect(await Promise.all(answers)).toEqual([1, 2, 3, 4, 5].map((value) => [row(value)]));
  });

  it('hands on what a thread has its operator know', async () => {
    const { run } = await start({ notice: 'OUT OF MEMORY' });
    await Promise.all(run([[1]]));
    expect(notices).toEqual(['OUT OF MEMORY']);
  });

  it('replaces a thread that crashed, and runs again what it held', async () => {
    const { run } = await start({ poisonOnce: 7 });
    const answers = [...run([[1], [7]]), ...run([[2]]), ...run([[3, 4]])];
    expect(await Promise.all(answers)).toEqual([[row(1)], [row(7)], [row(2)], [row(3), row(4)]]);
    expect(crashes).toEqual(['poisoned once']);
    expect(pool!.threads).toEqual({ ready: 1, crashed: 1 });
  });

  it('fails only the image that breaks the device, and no image beside it', async () => {
    const { run } = await start({ poison: 66 });
    const [before, poisoned, after] = run([[1], [66, 2], [3]]);
    const later = run([[4], [5]]);
    await expect(poisoned).rejects.toMatchObject({
      code: 'INFERENCE_FAILED',
      retryable: false,
      details: { attempts: MAX_CRASHES_PER_BATCH },
      message: expect.stringContaining('poisoned'),
    });
    expect(await Promise.all([before, after, ...later])).toEqual([1, 3, 4, 5].map((v) => [row(v)]));
    expect(crashes).toHaveLength(MAX_CRASHES_PER_BATCH);
    expect(await Promise.all(run([[8]]))).toEqual([[row(8)]]);
    expect(broken).toEqual([]);
  });

  it('survives many images that break the device, one after the other', async () => {
    const { run } = await start({ poison: 66 });
    for (let round = 0; round < 4; round += 1) {
      const [poisoned, innocent] = run([[66], [round]]);
      await expect(poisoned).rejects.toMatchObject({ code: 'INFERENCE_FAILED' });
      expect(await innocent).toEqual([row(round)]);
    }
    expect(broken).toEqual([]);
  });

  it('does not start when a thread is refused, and leaves none behind', async () => {
    await expect(start({ refuse: [1] }, 2)).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: 'start 1 refused',
    });
    expect(await times('start')).toBe(2);
  });

  it('does not start when a thread crashes before it is ready', async () => {
    await expect(start({ crash: [0] })).rejects.toMatchObject({
      code: 'BACKEND_FAILED',
      message: expect.stringContaining('start 0 crashed'),
    });
  });

  it('tries again where a replacement does not start', async () => {
    const { run } = await start({ poisonOnce: 7, refuse: [1], crash: [2] });
    expect(await Promise.all(run([[7], [1]]))).toEqual([[row(7)], [row(1)]]);
    expect(crashes).toEqual(['poisoned once', 'start 1 refused', 'start 2 crashed']);
  });

  it('goes on with the threads that are left', async () => {
    const { run } = await start({ poisonOnce: 7, refuseFrom: 2 }, 2);
    expect(await Promise.all(run([[7]]))).toEqual([[row(7)]]);
    while (crashes.length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(pool!.threads).toEqual({ ready: 1, crashed: 4 });
    expect(await Promise.all(run([[8]]))).toEqual([[row(8)]]);
    expect(broken).toEqual([]);
  });

  it('fails everything that waits once no thread can be started any more', async () => {
    const { run } = await start({ poison: 7, refuseFrom: 1 });
    const answers = [...run([[7], [1]]), ...run([[2]]), ...run([[3]])];
    const outcomes = await Promise.allSettled(answers);
    expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        reason: {
          code: 'BACKEND_FAILED',
          message: expect.stringContaining('refused'),
        },
      });
    }
    expect(broken).toHaveLength(1);
    expect(pool!.vacancy()).toEqual({ idle: 0, prefetching: 0 });
  });

  it('finishes what it holds when it is closed', async () => {
    const { run } = await start({});
    const answers = [...run([[1]]), ...run([[2]])];
    await pool!.close();
    expect(await Promise.all(answers)).toEqual([[row(1)], [row(2)]]);
    expect(pool!.threads.ready).toBe(0);
  });

  it('starts no thread while it is closed, and fails what it held', async () => {
    const { run } = await start({ poison: 7 });
    const answers = Promise.allSettled([...run([[7]]), ...run([[2]])]);
    await pool!.close();
    expect(await answers).toMatchObject([
      { reason: { code: 'INFERENCE_FAILED' } },
      { reason: { code: 'INFERENCE_FAILED' } },
    ]);
    expect(await times('start')).toBe(1);
  });
});
