import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosSystem } from '../chaos-system.js';
import type { Fault } from '../fault.js';

/** A whole number of milliseconds between these. */
const between = (least: number, most: number, random: () => number): number =>
  Math.round(least + random() * (most - least));

const restarted: Fault<ChaosSystem> = {
  name: 'redis: kill -9, back with its append-only file',
  area: 'redis',
  expected: 'all wait and go on',
  inject: async ({ redis }, random) => {
    const awayMs = between(200, 4_000, random);
    redis.signal('SIGKILL');
    await redis.ended();
    await sleep(awayMs);
    await redis.start();
    return `away for ${awayMs} ms`;
  },
};

const restartedEmpty: Fault<ChaosSystem> = {
  name: 'redis: kill -9, back empty',
  area: 'redis',
  expected: 'every batch is rebuilt from object storage',
  inject: async ({ redis }, random) => {
    const awayMs = between(200, 4_000, random);
    redis.signal('SIGKILL');
    await redis.ended();
    await sleep(awayMs);
    await redis.start({ empty: true });
    return `away for ${awayMs} ms`;
  },
};

const emptied: Fault<ChaosSystem> = {
  name: 'redis: emptied while it runs',
  area: 'redis',
  expected: 'every batch is rebuilt from object storage',
  inject: async ({ redis }) => {
    await redis.command('FLUSHALL');
    return 'FLUSHALL';
  },
};

const cut: Fault<ChaosSystem> = {
  name: 'redis: connections cut',
  area: 'redis',
  expected: 'all connect again and go on',
  inject: async ({ redis }, random) => {
    const times = between(1, 6, random);
    for (let time = 0; time < times; time += 1) {
      redis.proxy.cut();
      await sleep(between(50, 600, random));
    }
    return `${times} times`;
  },
};

const refused: Fault<ChaosSystem> = {
  name: 'redis: connections refused',
  area: 'redis',
  expected: '503 with Retry-After, the API is not ready, then all go on',
  inject: async (system, random) => {
    const { api, redis } = system;
    const awayMs = between(1_000, 4_000, random);
    redis.proxy.set({ refusing: true });
    redis.proxy.cut();
    try {
      await system.until('an API that says that it is not ready', async () => {
        return (await fetch(`${api.healthUrl}/health/ready`)).status === 503;
      });
      await sleep(awayMs);
    } finally {
      redis.proxy.heal();
    }
    return `for ${awayMs} ms and more`;
  },
};

const slow: Fault<ChaosSystem> = {
  name: 'redis: slow wire',
  area: 'redis',
  expected: 'all go on, slowly',
  inject: async ({ redis }, random) => {
    const toxics = {
      latencyMs: between(5, 150, random),
      bytesPerSecond: between(100_000, 1_000_000, random),
    };
    const slowMs = between(3_000, 6_000, random);
    redis.proxy.set(toxics);
    await sleep(slowMs);
    redis.proxy.heal();
    return `${toxics.latencyMs} ms and ${toxics.bytesPerSecond} bytes a second for ${slowMs} ms`;
  },
};

const swallowed: Fault<ChaosSystem> = {
  name: 'redis: wire that swallows all, or the answers',
  area: 'redis',
  expected: '503 with Retry-After, then all go on',
  inject: async ({ redis }, random) => {
    const blackhole = random() < 0.5 ? 'both' : 'answers';
    const silentMs = between(2_000, 8_000, random);
    redis.proxy.set({ blackhole });
    await sleep(silentMs);
    redis.proxy.heal();
    return `${blackhole} for ${silentMs} ms`;
  },
};

const halfOpen: Fault<ChaosSystem> = {
  name: 'redis: connections left half open',
  area: 'redis',
  expected: 'the silence is noticed, all connect again and go on',
  inject: ({ redis }) => {
    redis.proxy.abandon();
    return Promise.resolve('nobody on the other side');
  },
};

const hung: Fault<ChaosSystem> = {
  name: 'redis: hangs',
  area: 'redis',
  expected: '503 with Retry-After, then all go on',
  inject: async ({ redis }, random) => {
    const hungMs = between(2_000, 8_000, random);
    redis.signal('SIGSTOP');
    await sleep(hungMs);
    redis.signal('SIGCONT');
    return `for ${hungMs} ms`;
  },
};

const full: Fault<ChaosSystem> = {
  name: 'redis: out of memory',
  area: 'redis',
  expected: 'writes are refused with 503 and Retry-After, then all go on',
  inject: async ({ redis }, random) => {
    const fullMs = between(2_000, 6_000, random);
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    await sleep(fullMs);
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    return `for ${fullMs} ms`;
  },
};

const failedOver: Fault<ChaosSystem> = {
  name: 'redis: failover to a replica',
  area: 'redis',
  expected: 'all go on with the replica',
  inject: async ({ redis }) => {
    await redis.failOver();
    return 'with all that was acknowledged';
  },
};

const failedOverLosing: Fault<ChaosSystem> = {
  name: 'redis: failover that loses acknowledged writes',
  area: 'redis',
  expected: 'what is lost is rebuilt from object storage',
  inject: async ({ redis }, random) => {
    const losingMs = between(200, 2_000, random);
    await redis.failOver({ losingMs });
    return `those of the last ${losingMs} ms`;
  },
};

/** What befalls Redis and the way to it. */
export const REDIS_FAULTS: readonly Fault<ChaosSystem>[] = [
  restarted,
  restartedEmpty,
  emptied,
  cut,
  refused,
  slow,
  swallowed,
  halfOpen,
  hung,
  full,
  failedOver,
  failedOverLosing,
];
