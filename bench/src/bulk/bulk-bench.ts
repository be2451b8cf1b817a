import type { BenchOptions } from '../bench-options.js';
import { readProcessMemory } from '../memory/process-memory.js';
import type { TimelinePlot } from '../output/render-timeline.js';
import { describeMachine, round, summarise, type BenchReport } from '../report.js';
import { runBulk, type BulkRun } from './bulk-run.js';

const ITEMS = 1_000_000;
const WORKERS = 2;

/**
 * One huge batch through the whole system on this machine: sent as JSON lines that are made on the way, planned,
 * run by workers whose device is `none`, and closed. So it shows what API, queue and storage can do, and what the
 * API, which plans and closes batches too, and Redis have in memory meanwhile.
 *
 * The S3 server keeps everything in memory and shares the cores with all others, as does the bench itself: on
 * machines of their own the parts are faster.
 */
export async function runBulkBench(options: BenchOptions): Promise<BenchReport> {
  const { rounds, onLine } = options;
  const items = options.items ?? ITEMS;
  const workers = options.workers ?? WORKERS;
  // Says at once where memory cannot be read.
  readProcessMemory(process.pid);
  // A Redis of its own, whatever the user has: the peak is that of the whole server.
  Reflect.deleteProperty(process.env, 'REDIS_URL');
  const runs: BulkRun[] = [];
  for (let turn = 1; turn <= rounds; turn += 1) {
    const run = await runBulk(items, workers);
    runs.push(run);
    const { accepting, draining, closing, apiPeak, redisPeak } = run;
    onLine(
      `round ${turn}/${rounds}: accepted in ${round(accepting)} s, drained in ${round(draining)} s (closing ${round(closing)} s); peaks: API ${round(apiPeak)}, Redis ${round(redisPeak)} MiB`,
    );
  }
  const row = (what: string, unit: string, of: (run: BulkRun) => number) =>
    summarise(what, unit, runs.map(of));
  const accept = row('accepting', 'items/s', ({ accepting }) => items / accepting);
  const drain = row('draining', 'items/s', ({ draining }) => items / draining);
  const redis = row('Redis, peak', 'MiB', ({ redisPeak }) => redisPeak);
  const api = row('API, peak', 'MiB', ({ apiPeak }) => apiPeak);
  return {
    bench: 'bulk',
    machine: describeMachine(),
    rows: [
      accept,
      drain,
      row('first to last outcome', 'items/s', ({ outcomes }) => outcomes.items / outcomes.seconds),
      row('from the last outcome to completed', 's', ({ closing }) => closing),
      redis,
      api,
      row('largest worker, peak', 'MiB', ({ workersPeak }) => workersPeak),
    ],
    ratios: {
      items,
      workers,
      acceptItemsPerSecond: accept.median,
      drainItemsPerSecond: drain.median,
      redisPeakMiB: redis.max,
      apiPeakRssMiB: api.max,
    },
    timeline: timelineOf(runs.at(-1)?.moments ?? []),
  };
}

function timelineOf(moments: BulkRun['moments']): TimelinePlot {
  const perSecond = moments.flatMap((moment, index) => {
    const before = moments[index - 1];
    if (before === undefined) return [];
    return [[moment.at, (moment.done - before.done) / (moment.at - before.at)] as const];
  });
  return {
    x: 'seconds since the request',
    panels: [
      {
        y: 'items that have an outcome',
        curves: [{ name: 'done', points: moments.map(({ at, done }) => [at, done]) }],
      },
      { y: 'outcomes a second', curves: [{ name: 'rate', points: perSecond }] },
      {
        y: 'memory, MiB',
        curves: [
          { name: 'API and planner', points: moments.map(({ at, apiMiB }) => [at, apiMiB]) },
          { name: 'Redis', points: moments.map(({ at, redisMiB }) => [at, redisMiB]) },
        ],
      },
    ],
  };
}
