import { setTimeout as sleep } from 'node:timers/promises';
import { CroplineClient } from '@cropline/client';
import { Random } from '@cropline/tools';
import { EventLoopWatch } from '../checks/event-loop-watch.js';
import { LabelMemory } from '../checks/label-memory.js';
import { livingKeys } from '../checks/leftovers.js';
import { Violations } from '../checks/violations.js';
import { watchedFetch } from '../checks/watched-fetch.js';
import { Load } from '../load/load.js';
import { startChaosSystem, type RunningSystem } from '../system/start-chaos-system.js';
import { StoppedTimes } from '../system/stopped-times.js';
import { ResourceSamples } from './resource-samples.js';
import type { Trend } from './series.js';

/** What is to be run. */
export interface SoakOptions {
  readonly seed: string;
  readonly minutes: number;
  readonly workers: number;
  readonly workerEnv: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Told of what happens, for people. */
  readonly onProgress: (text: string) => void;
}

/** What came of a soak. */
export interface SoakOutcome {
  readonly trends: readonly Trend[];
  readonly violations: readonly string[];
  readonly batches: number;
  readonly items: number;
  readonly seconds: number;
}

const LANES = 4;
const SAMPLE_MS = 2_000;
const PROGRESS_EVERY = 15;
/** After so long a batch that has ended is deleted by itself. */
const KEPT_SECONDS = 15;

/**
 * Runs small batches, each deleted by its own time limit soon after its end, and watches what API, workers, Redis
 * and object storage hold.
 *
 * @throws The signal's reason; what keeps the system from starting; an Error when it ran too short to tell.
 */
export async function runSoak(options: SoakOptions): Promise<SoakOutcome> {
  const { seed, minutes, signal, onProgress } = options;
  const startedAt = performance.now();
  const violations = new Violations((text) => onProgress(`VIOLATION ${text}`));
  const stopped = new StoppedTimes();
  const eventLoops = new EventLoopWatch(violations, stopped);
  const samples = new ResourceSamples();
  const system = await startChaosSystem({
    workers: options.workers,
    workerEnv: options.workerEnv,
    preload: [new URL('../preload/resources.js', import.meta.url)],
    stopped,
    onLine: (source, line) => {
      eventLoops.hear(source, line);
      samples.hear(source, line);
    },
    onEnd: (name) => violations.note(`${name} ended by itself.`),
  });
  const loadEnds = new AbortController();
  try {
    const random = new Random(`${seed}/load`);
    const load = new Load(
      {
        client: new CroplineClient({
          baseUrl: system.apiUrl,
          fetch: watchedFetch(violations),
          retries: 0,
        }),
        store: system.store,
        violations,
        labels: new LabelMemory(),
        mayBeBehind: () => false,
      },
      {
        pictures: system.pictures,
        images: system.images,
        imageHost: system.imageHost.gate.url,
        keptSeconds: KEPT_SECONDS,
      },
      () => random.next(),
    );
    const loading = load.run(LANES, loadEnds.signal);
    const endsAt = Date.now() + minutes * 60_000;
    for (let looks = 0; Date.now() < endsAt; looks += 1) {
      await sleep(SAMPLE_MS, undefined, { signal });
      const keys = await livingKeys(system);
      const objects = await countObjects(system);
      samples.add('Redis', 'keys', keys.length);
      samples.add('S3', 'objects', objects);
      if (looks % PROGRESS_EVERY > 0) continue;
      onProgress(`${load.batchesDone} batches; ${keys.length} keys, ${objects} objects`);
    }
    loadEnds.abort();
    await loading;
    return {
      trends: samples.trends(),
      violations: violations.all,
      batches: load.batchesDone,
      items: load.itemsDone,
      seconds: Math.round((performance.now() - startedAt) / 1000),
    };
  } finally {
    loadEnds.abort();
    await system.close();
  }
}

async function countObjects({
  store,
  outputUrl,
}: Pick<RunningSystem, 'store' | 'outputUrl'>): Promise<number> {
  const listing = store.list(`${outputUrl}/`)[Symbol.asyncIterator]();
  let objects = 0;
  while ((await listing.next()).done !== true) objects += 1;
  return objects;
}
