import type { Stack } from '@cropline/tools';
import { readProcessMemory } from '../memory/process-memory.js';
import { readRedisMemory } from '../memory/redis-memory.js';

/** The API, which plans and closes batches too, and Redis at one moment. Memory in MiB. */
export interface SystemMoment {
  /** Seconds since watching began. */
  readonly at: number;
  readonly apiMiB: number;
  readonly redisMiB: number;
  /** Items that have an outcome. */
  readonly done: number;
}

const EVERY_MS = 500;

/** Looks at a system until it is stopped. */
export interface SystemWatch {
  readonly moments: readonly SystemMoment[];
  stop(): Promise<void>;
}

/** Looks twice a second; `done` is what the caller knows of outcomes then. */
export function watchSystem({ api, redisUrl }: Stack, done: () => number): SystemWatch {
  const began = performance.now();
  const moments: SystemMoment[] = [];
  const look = async (): Promise<void> => {
    const { used } = await readRedisMemory(redisUrl);
    moments.push({
      at: (performance.now() - began) / 1000,
      apiMiB: readProcessMemory(api.pid).rss,
      redisMiB: used,
      done: done(),
    });
  };
  let looking = look();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, EVERY_MS);
  // What fails is thrown by stop.
  looking.catch(() => undefined);
  return {
    moments,
    stop: async () => {
      clearInterval(timer);
      await looking;
      await look();
    },
  };
}
