import { setTimeout as pause } from 'node:timers/promises';
import { CroplineClient } from '@cropline/client';
import { startStack } from '@cropline/tools';
import { readProcessMemory } from '../memory/process-memory.js';
import { readRedisMemory } from '../memory/redis-memory.js';
import { submitLines } from './submit-lines.js';
import { watchSystem, type SystemMoment } from './watch-system.js';

/** What became of one huge batch. Times in seconds, memory in MiB. */
export interface BulkRun {
  /** From the request to the 202. */
  readonly accepting: number;
  /** From the 202 to `completed`. */
  readonly draining: number;
  /** Of it, from the first outcome that was seen to the last one. */
  readonly outcomes: { readonly seconds: number; readonly items: number };
  /** Of it, from the last outcome to `completed`: the parts are joined. */
  readonly closing: number;
  readonly redisPeak: number;
  readonly apiPeak: number;
  readonly workersPeak: number;
  readonly moments: readonly SystemMoment[];
}

const LOOK_MS = 250;

/** Submits a batch of so many items to a new system whose workers have no device, and waits for its end. */
export async function runBulk(items: number, workers: number): Promise<BulkRun> {
  const stack = await startStack({ workers, workerEnv: { CROPLINE_DEVICE: 'none' } });
  try {
    let done = 0;
    const watch = watchSystem(stack, () => done);
    const started = performance.now();
    const since = (): number => (performance.now() - started) / 1000;
    const id = await submitLines(stack.apiUrl, items);
    const accepting = since();
    const client = new CroplineClient({ baseUrl: stack.apiUrl });
    let first: { readonly at: number; readonly done: number } | null = null;
    let last: number | null = null;
    for (;;) {
      const { status, counts, error } = await client.getBatch(id);
      done = counts.total - counts.pending;
      if (done > 0) first ??= { at: since(), done };
      if (counts.pending === 0) last ??= since();
      if (status === 'completed' && counts.succeeded === items) break;
      if (['completed', 'failed', 'cancelled', 'expired'].includes(status)) {
        throw new Error(`The batch ended as ${status}: ${JSON.stringify({ counts, error })}`);
      }
      await pause(LOOK_MS);
    }
    const completed = since();
    await watch.stop();
    first ??= { at: completed, done: items };
    last ??= completed;
    return {
      accepting,
      draining: completed - accepting,
      outcomes: { seconds: last - first.at, items: items - first.done },
      closing: completed - last,
      redisPeak: (await readRedisMemory(stack.redisUrl)).peak,
      apiPeak: readProcessMemory(stack.api.pid).peak,
      workersPeak: Math.max(...stack.workers.map(({ pid }) => readProcessMemory(pid).peak)),
      moments: watch.moments,
    };
  } finally {
    await stack.stop();
  }
}
