import { setTimeout as pause } from 'node:timers/promises';
import { CroplineClient } from '@cropline/client';
import type { Stack } from '@cropline/tools';
import { readProcessCpu } from './process-cpu.js';

/** When things happened to a batch, in milliseconds since the request that submitted it, and the worker's memory. */
export interface BatchTimes {
  /** The worker's count of images first moved. */
  readonly first: number;
  /** Images that were done then. */
  readonly doneAtFirst: number;
  /** The worker had an outcome for the last image. */
  readonly last: number;
  /** The API said `completed`. */
  readonly completed: number;
  /** Processor time of the worker; null where the system does not tell. */
  readonly cpuMs: number | null;
  /** The most that the worker said to have resident, in bytes. */
  readonly rssBytes: number;
}

/** The longest and shortest wait between two looks at the worker, and the wait for every image that is left. */
const LONGEST_MS = 250;
const SHORTEST_MS = 15;
const MS_AN_IMAGE = 2;

/**
 * Runs one batch of `single` through the system and notes its times. The worker, which counts image by image,
 * is asked often while the first and the last images are due and seldom in between; the API only from the last
 * image on. So looking costs next to nothing.
 */
export async function runTimedBatch(stack: Stack, urls: readonly string[]): Promise<BatchTimes> {
  const [worker] = stack.workers;
  const healthUrl = worker?.healthUrl ?? '';
  const readCpu = (): number | null => (worker === undefined ? null : readProcessCpu(worker.pid));
  const client = new CroplineClient({ baseUrl: stack.apiUrl });
  const { itemsDone: before } = await readWorker(healthUrl);
  const cpuBefore = readCpu();
  const started = performance.now();
  const since = (): number => performance.now() - started;
  const { id } = await client.createBatch({
    items: urls.map((url) => ({ url })),
    options: { crops: 'single' },
  });
  let first: { readonly at: number; readonly done: number } | null = null;
  let rssBytes = 0;
  for (;;) {
    const status = await readWorker(healthUrl);
    const done = status.itemsDone - before;
    rssBytes = Math.max(rssBytes, status.rssBytes);
    if (done > 0) first ??= { at: since(), done };
    if (first !== null && done >= urls.length) break;
    const left = first === null ? 0 : urls.length - done;
    await pause(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, left * MS_AN_IMAGE)));
  }
  const last = since();
  for await (const { status, counts } of client.watch(id, { intervalMs: SHORTEST_MS })) {
    if (status !== 'completed' || counts.succeeded === urls.length) continue;
    throw new Error(`The batch ended with ${JSON.stringify(counts)}`);
  }
  const completed = since();
  const cpuAfter = readCpu();
  const cpuMs = cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore;
  return { first: first.at, doneAtFirst: first.done, last, completed, cpuMs, rssBytes };
}

async function readWorker(
  healthUrl: string,
): Promise<{ readonly itemsDone: number; readonly rssBytes: number }> {
  const response = await fetch(`${healthUrl}/status`);
  return (await response.json()) as { itemsDone: number; rssBytes: number };
}
