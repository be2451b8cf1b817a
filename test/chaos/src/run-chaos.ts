import { CroplineClient } from '@cropline/client';
import { Random, type ProcessExit } from '@cropline/tools';
import { CHAOS_LOCK_MS } from './chaos-settings.js';
import type { ChaosSystem } from './chaos-system.js';
import { EventLoopWatch } from './checks/event-loop-watch.js';
import { LabelMemory } from './checks/label-memory.js';
import { Violations } from './checks/violations.js';
import { watchedFetch } from './checks/watched-fetch.js';
import type { Fault } from './fault.js';
import { clearAll } from './load/clear-all.js';
import { Load } from './load/load.js';
import { RunningChaos } from './running-chaos.js';
import { runFaults, type Injection } from './schedule/run-faults.js';
import { startChaosSystem } from './system/start-chaos-system.js';
import { StoppedTimes } from './system/stopped-times.js';

/** What is to be run. */
export interface ChaosOptions {
  readonly seed: string;
  readonly minutes: number;
  readonly faults: readonly Fault<ChaosSystem>[];
  readonly workers: number;
  /** Settings of every worker. */
  readonly workerEnv: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Told of what happens, for people. */
  readonly onProgress: (text: string) => void;
  /** Told every line that a process writes. */
  readonly onLine?: (source: string, line: string) => void;
}

/** What came of a run. */
export interface ChaosOutcome {
  readonly injections: readonly Injection[];
  readonly violations: readonly string[];
  readonly batches: number;
  readonly items: number;
  readonly seconds: number;
  /** How often processes ended and were started again. */
  readonly restarts: number;
}

/** So long after Redis lost something it may be behind object storage, in milliseconds. */
const CATCH_UP_MS = 30_000;

/** Batches side by side. */
const LANES = 3;

/**
 * Runs the system under load while the faults are injected in lanes, those of one area one after the other, and
 * checks what must hold, at every look and at the end.
 *
 * @throws The signal's reason; what keeps the system from starting.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosOutcome> {
  const { seed, minutes, faults, signal, onProgress } = options;
  const startedAt = performance.now();
  const violations = new Violations((text) => onProgress(`VIOLATION ${text}`));
  const stopped = new StoppedTimes();
  const eventLoops = new EventLoopWatch(violations, stopped);
  let restarts = 0;
  const system = await startChaosSystem({
    workers: options.workers,
    workerEnv: { CROPLINE_LOCK_MS: String(CHAOS_LOCK_MS), ...options.workerEnv },
    stopped,
    onLine: (source, line) => {
      eventLoops.hear(source, line);
      options.onLine?.(source, line);
    },
    onEnd: (name: string, { code, signal: by }: ProcessExit) => {
      restarts += 1;
      onProgress(`${name} ended (${by ?? `exit code ${code ?? 'unknown'}`})`);
    },
  });
  const loadEnds = new AbortController();
  try {
    onProgress('the system runs');
    const client = new CroplineClient({
      baseUrl: system.apiUrl,
      fetch: watchedFetch(violations),
      retries: 0,
    });
    const random = new Random(`${seed}/load`);
    const context = {
      client,
      store: system.store,
      violations,
      labels: new LabelMemory(),
      mayBeBehind: () => Date.now() - system.redis.lostAt < CATCH_UP_MS,
    };
    const material = {
      pictures: system.pictures,
      images: system.images,
      imageHost: system.imageHost.gate.url,
    };
    const load = new Load(context, material, () => random.next());
    const loading = load.run(LANES, loadEnds.signal);
    const injections: Injection[] = [];
    const endsAt = Date.now() + minutes * 60_000;
    const lanes = [...new Set(faults.map(laneOf))].map((lane) =>
      runFaults({
        system: new RunningChaos(system, load, signal),
        faults: faults.filter((fault) => laneOf(fault) === lane),
        seed,
        endsAt,
        violations,
        signal,
        onInjection: (injection) => {
          injections.push(injection);
          onProgress(
            `${injection.fault.name}: ${injection.done || 'failed'}, ${injection.seconds} s`,
          );
        },
      }),
    );
    await Promise.all(lanes);
    loadEnds.abort();
    await loading;
    onProgress('all faults are over; clearing up');
    await load.finish();
    const premises = { ...system, redis: system.redis };
    await clearAll(premises, client, violations, system.redis.lostAt > 0);
    return {
      injections,
      violations: violations.all,
      batches: load.batchesDone,
      items: load.itemsDone,
      seconds: Math.round((performance.now() - startedAt) / 1000),
      restarts,
    };
  } finally {
    loadEnds.abort();
    await system.close();
  }
}

/** Faults of what computes and counts befall one after the other, and so do those of what is read and written. */
function laneOf({ area }: Fault<ChaosSystem>): 'inside' | 'outside' {
  return area === 'worker' || area === 'redis' ? 'inside' : 'outside';
}
