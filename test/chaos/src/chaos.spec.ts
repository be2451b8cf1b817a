import { describe, expect, it } from '@jest/globals';
import { CHAOS_WORKER_ENV, CHAOS_WORKERS } from './chaos-settings.js';
import { FAULTS } from './faults.js';
import { runChaos } from './run-chaos.js';

/** One of each kind; npm run chaos injects all. */
const SOME = [
  'worker: kill -9',
  'worker: inference thread crashes',
  'redis: connections cut',
  'redis: emptied while it runs',
];

/** A failure names it; set SEED to have the same faults again. */
const SEED = process.env['SEED'] ?? String(Math.floor(Math.random() * 2 ** 31));

describe('A few faults, one after the other, under load', () => {
  it(`leave everything as it should be (seed ${SEED})`, async () => {
    const lines: string[] = [];
    const outcome = await runChaos({
      seed: SEED,
      minutes: 0,
      faults: FAULTS.filter(({ name }) => SOME.includes(name)),
      workers: CHAOS_WORKERS,
      workerEnv: CHAOS_WORKER_ENV,
      signal: new AbortController().signal,
      onProgress: (text) => lines.push(text),
    });
    if (outcome.violations.length > 0) throw new Error(lines.join('\n'));
    expect(outcome.injections.map(({ fault }) => fault.name).toSorted()).toEqual(SOME.toSorted());
    expect(outcome.batches).toBeGreaterThan(4);
  }, 300_000);
});
