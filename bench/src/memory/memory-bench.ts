import type { BenchOptions } from '../bench-options.js';
import { describeMachine, median, round, summarise, type BenchReport } from '../report.js';
import { classifyMuch, submitMuch, type MemoryRun } from './memory-runs.js';
import { readProcessMemory } from './process-memory.js';
import type { SystemMemory } from './system-memory.js';

/** Images of the first batch of each policy; the second has four times as many. */
const IMAGES = { single: 500, ten: 60 } as const;
const SUBMISSIONS = 'submissions';

/**
 * What the parts of the system have in memory: the worker and Redis while batches of each policy are
 * classified, the API and Redis while 100,000 images are submitted, each in a new system. `flat` ratios compare
 * what is resident after five times the work with what was after the first of it.
 *
 * Peaks are those the kernel and Redis keep, since the process began. What Redis had before the work is
 * taken off.
 */
export async function runMemoryBench(options: BenchOptions): Promise<BenchReport> {
  // Says at once where memory cannot be read.
  readProcessMemory(process.pid);
  // A Redis of its own, whatever the user has: the peak is that of the whole server.
  Reflect.deleteProperty(process.env, 'REDIS_URL');
  const { rounds, images, onLine } = options;
  const policies = (['single', 'ten'] as const).filter(
    (policy) => options.crops === null || options.crops === policy,
  );
  const runs = new Map<string, MemoryRun[]>();
  const take = async (name: string, run: () => Promise<MemoryRun>): Promise<void> => {
    const result = await run();
    runs.set(name, [...(runs.get(name) ?? []), result]);
    const { worker, api, redis } = result.fiveTimes;
    const parts = { ...(worker === null ? {} : { worker: worker.peak }), api: api.peak };
    const peaks = Object.entries({ ...parts, redis: redis.peak });
    onLine(`${name}, peaks: ${peaks.map(([part, mib]) => `${part} ${round(mib)}`).join(', ')} MiB`);
  };
  for (let turn = 1; turn <= rounds; turn += 1) {
    for (const policy of policies) {
      await take(policy, () => classifyMuch(policy, IMAGES[policy], images));
    }
    await take(SUBMISSIONS, submitMuch);
  }
  const figure = (name: string, what: string, of: (run: MemoryRun) => number) =>
    summarise(`${name}: ${what}`, 'MiB', (runs.get(name) ?? []).map(of));
  const redisPeak = (name: string) =>
    figure(
      name,
      'Redis, peak',
      ({ before, fiveTimes }) => fiveTimes.redis.peak - before.redis.used,
    );
  const worker = (memory: SystemMemory, what: 'rss' | 'peak'): number =>
    memory.worker?.[what] ?? NaN;
  const flat = (name: string, of: (memory: SystemMemory) => number): number => {
    const taken = runs.get(name) ?? [];
    return round(median(taken.map((run) => of(run.fiveTimes) / of(run.once))));
  };
  const rows = [
    ...policies.flatMap((policy) => [
      figure(policy, 'worker, peak', (run) => worker(run.fiveTimes, 'peak')),
      figure(policy, 'worker before', (run) => worker(run.before, 'rss')),
      figure(policy, `worker after ${IMAGES[policy]} images`, (run) => worker(run.once, 'rss')),
      figure(policy, `worker after ${5 * IMAGES[policy]} images`, (run) =>
        worker(run.fiveTimes, 'rss'),
      ),
      figure(policy, 'API, peak', ({ fiveTimes }) => fiveTimes.api.peak),
      redisPeak(policy),
    ]),
    figure(SUBMISSIONS, 'API, peak', ({ fiveTimes }) => fiveTimes.api.peak),
    figure(SUBMISSIONS, 'API before', ({ before }) => before.api.rss),
    figure(SUBMISSIONS, 'API after 2 × 10,000 images', ({ once }) => once.api.rss),
    figure(SUBMISSIONS, 'API after 10 × 10,000 images', ({ fiveTimes }) => fiveTimes.api.rss),
    redisPeak(SUBMISSIONS),
  ];
  const most = (part: string): number =>
    Math.max(...rows.filter(({ contender }) => contender.endsWith(part)).map(({ max }) => max));
  return {
    bench: 'memory',
    machine: describeMachine(),
    rows,
    ratios: {
      workerPeakMiB: most('worker, peak'),
      apiPeakMiB: most('API, peak'),
      redisPeakMiB: most('Redis, peak'),
      ...Object.fromEntries(
        policies.map((policy) => [
          `workerFlat_${policy}`,
          flat(policy, ({ worker }) => worker?.rss ?? NaN),
        ]),
      ),
      apiFlat: flat(SUBMISSIONS, ({ api }) => api.rss),
    },
  };
}
