import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosSystem } from '../chaos-system.js';
import type { Fault } from '../fault.js';

const killed: Fault<ChaosSystem> = {
  name: 'api: kill -9',
  area: 'api',
  expected: 'what it accepted is complete; a repeated request makes no second batch',
  inject: async ({ api }, random) => {
    const awayMs = Math.round(random() * 2_000);
    api.signal('SIGKILL');
    await api.ended();
    await sleep(awayMs);
    await api.start();
    return `away for ${awayMs} ms and its start`;
  },
};

const stopped: Fault<ChaosSystem> = {
  name: 'api: SIGTERM',
  area: 'api',
  expected: 'it answers what it has begun and exits with 0',
  inject: async ({ api }) => {
    api.signal('SIGTERM');
    const { code } = await api.ended();
    if (code !== 0) throw new Error(`Expected the API to exit with 0, but it was ${code}.`);
    await api.start();
    return 'stopped in good order';
  },
};

const frozen: Fault<ChaosSystem> = {
  name: 'api: stopped, then going on',
  area: 'api',
  expected: 'its batches wait, and go on with it',
  inject: async ({ api }, random) => {
    const ms = Math.round(2_000 + random() * 4_000);
    api.signal('SIGSTOP');
    await sleep(ms);
    api.signal('SIGCONT');
    return `for ${ms} ms`;
  },
};

/** What befalls the API. */
export const API_FAULTS: readonly Fault<ChaosSystem>[] = [killed, stopped, frozen];
