import { join } from 'node:path';
import { CroplineClient } from '@cropline/client';
import type { CropPolicyName } from '@cropline/contracts';
import { startStack, type Stack } from '@cropline/tools';
import { inTemporaryFolder } from '../cleaning-up.js';
import { fillFolder } from '../pipeline/bench-images.js';
import { runSystem } from '../pipeline/system-run.js';
import { repeated, uploadImages } from '../pipeline/upload-images.js';
import { memoryAtRest, type SystemMemory } from './system-memory.js';

/** A system before work, after some, and after five times as much. */
export interface MemoryRun {
  readonly before: SystemMemory;
  readonly once: SystemMemory;
  readonly fiveTimes: SystemMemory;
}

/** How many times the first work the second is, so that both together are five times it. */
const MORE = 4;
/** Image files behind a batch of any size. */
const FILES = 200;
/** What the API is given at a time: as much as a request may list, this often. */
const ITEMS_A_REQUEST = 10_000;
const REQUESTS = 2;

/** Has a new system, with one worker, classify a batch of `images` and then one of four times as many. */
export function classifyMuch(
  crops: CropPolicyName,
  images: number,
  source: string | null,
): Promise<MemoryRun> {
  return inTemporaryFolder('memory', async (folder) => {
    const files = join(folder, 'images');
    const names = await fillFolder(files, source, FILES);
    return withStack(1, async (stack) => {
      const urls = await uploadImages(stack, files, names);
      const before = await memoryAtRest(stack);
      await runSystem(stack, repeated(urls, images), crops);
      const once = await memoryAtRest(stack);
      await runSystem(stack, repeated(urls, MORE * images), crops);
      return { before, once, fiveTimes: await memoryAtRest(stack) };
    });
  });
}

/** Has a new system without a worker accept and queue two batches of 10,000 images, and then eight more. */
export function submitMuch(): Promise<MemoryRun> {
  return withStack(0, async (stack) => {
    const client = new CroplineClient({ baseUrl: stack.apiUrl });
    const items = Array.from({ length: ITEMS_A_REQUEST }, (_, index) => ({
      url: `s3://bench/${String(index).padStart(5, '0')}.jpg`,
    }));
    const submit = async (requests: number): Promise<void> => {
      for (let request = 0; request < requests; request += 1) {
        const { id } = await client.createBatch({ items });
        for await (const { status } of client.watch(id, { intervalMs: 50 })) {
          if (status !== 'validating') break;
        }
      }
    };
    const before = await memoryAtRest(stack);
    await submit(REQUESTS);
    const once = await memoryAtRest(stack);
    await submit(MORE * REQUESTS);
    return { before, once, fiveTimes: await memoryAtRest(stack) };
  });
}

async function withStack<Result>(
  workers: number,
  work: (stack: Stack) => Promise<Result>,
): Promise<Result> {
  const stack = await startStack({ workers });
  try {
    return await work(stack);
  } finally {
    await stack.stop();
  }
}
