import { setTimeout as pause } from 'node:timers/promises';
import type { Stack } from '@cropline/tools';
import { readProcessMemory, type ProcessMemory } from './process-memory.js';
import { readRedisMemory, type RedisMemory } from './redis-memory.js';

/** What the parts of a system have in memory, and the most that they had since they started. MiB. */
export interface SystemMemory {
  /** null in a system without a worker. */
  readonly worker: ProcessMemory | null;
  readonly api: ProcessMemory;
  readonly redis: RedisMemory;
}

/** How long a system rests before it is looked at, in milliseconds. */
const REST_MS = 1500;
/** Looks, and the time between two, of which what is resident is the least: garbage comes and goes. */
const LOOKS = 10;
const LOOK_MS = 100;

/** The memory of a system that has nothing to do. */
export async function memoryAtRest(stack: Stack): Promise<SystemMemory> {
  await pause(REST_MS);
  let least = await lookAt(stack);
  for (let look = 1; look < LOOKS; look += 1) {
    await pause(LOOK_MS);
    const now = await lookAt(stack);
    least = {
      worker: now.worker && least.worker && lower(now.worker, least.worker),
      api: lower(now.api, least.api),
      redis: now.redis,
    };
  }
  return least;
}

function lower(now: ProcessMemory, before: ProcessMemory): ProcessMemory {
  return { rss: Math.min(now.rss, before.rss), peak: now.peak };
}

async function lookAt({ workers: [worker], api, redisUrl }: Stack): Promise<SystemMemory> {
  return {
    worker: worker === undefined ? null : readProcessMemory(worker.pid),
    api: readProcessMemory(api.pid),
    redis: await readRedisMemory(redisUrl),
  };
}
