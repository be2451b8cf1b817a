import { randomBytes } from 'node:crypto';
import { startRedis, startS3 } from '@cropline/tools';
import { startCrashSite, type CrashServers, type CrashSite } from './crash-site.js';
import type { CrashPoint } from './durable-steps.js';
import type { Scenario } from './scenario.js';

/** What is to be run. */
export interface CrashRunOptions {
  readonly scenarios: readonly Scenario[];
  /** Every how manieth step is killed at; 1 for all. */
  readonly every: number;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
  readonly onLine?: (source: string, line: string) => void;
}

/** One kill and what came of it. */
export interface CrashOutcome extends CrashPoint {
  readonly scenario: string;
  /** What it was killed at; null when it had come to its end before. */
  readonly at: string | null;
  readonly faults: readonly string[];
  readonly seconds: number;
}

/** Scenarios that run side by side, each with an API and a worker of its own. */
const LANES = 4;

/**
 * Kills the API before and after every durable step of each scenario, starts it again and checks what came of
 * it. How many steps there are is counted first, in a run that is left alone.
 *
 * @throws The signal's reason; what keeps a part from starting.
 */
export async function runCrashPoints(options: CrashRunOptions): Promise<CrashOutcome[]> {
  const servers: CrashServers = {
    redis: await startRedis({ own: true }),
    s3: await startS3(),
  };
  const outcomes: CrashOutcome[] = [];
  const waiting = [...options.scenarios];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await runScenario(next, servers, options, (outcome) => outcomes.push(outcome));
    }
  };
  try {
    await servers.s3.createBucket('pictures');
    await Promise.all(Array.from({ length: LANES }, lane));
    return outcomes;
  } finally {
    await Promise.all([servers.redis.stop(), servers.s3.stop()]);
  }
}

async function runScenario(
  scenario: Scenario,
  servers: CrashServers,
  { every, signal, onProgress, onLine = () => undefined }: CrashRunOptions,
  onOutcome: (outcome: CrashOutcome) => void,
): Promise<void> {
  const site = await startCrashSite(`crash-${randomBytes(4).toString('hex')}`, servers, onLine);
  try {
    const tell = (outcome: CrashOutcome): void => {
      const { step, when, at, faults, seconds } = outcome;
      const where = step === 0 ? 'left alone' : `${when} step ${step}, ${at ?? 'not reached'}`;
      const came = faults.length === 0 ? 'well' : `VIOLATION ${faults.join(' ')}`;
      onProgress(`${scenario.name}: ${where}: ${came}, ${seconds} s`);
      onOutcome(outcome);
    };
    // Once before it counts: what an API does when it starts is no step of the work.
    for (let n = 0; n < 2; n += 1) tell(await crashOnce(site, scenario, 0, 'after'));
    const steps = site.steps.labels.length;
    onProgress(`${scenario.name}: ${steps} steps: ${site.steps.labels.join(', ')}`);
    for (let step = 1; step <= steps; step += every) {
      for (const when of ['before', 'after'] as const) {
        signal.throwIfAborted();
        tell(await crashOnce(site, scenario, step, when));
      }
    }
  } finally {
    await site.close();
  }
}

/** Runs a scenario, killed at a step; at none for step 0. */
async function crashOnce(
  site: CrashSite,
  scenario: Scenario,
  step: number,
  when: CrashPoint['when'],
): Promise<CrashOutcome> {
  const { api, steps } = site;
  const startedAt = performance.now();
  const tag = `${step}-${when}-${randomBytes(3).toString('hex')}`;
  const faults: string[] = [];
  let at: string | null = null;
  try {
    const id = (await scenario.prepare?.(site, tag)) ?? '';
    const pid = api.pid;
    steps.begin(step === 0 ? null : { step, when });
    const died = api.ended().then(() => false);
    const acted = scenario.act(site, tag, id).then(() => true);
    // Whichever is first; the other has nothing to tell.
    acted.catch(() => undefined);
    const wasAnswered = await Promise.race([acted, died]).catch(() => false);
    steps.end();
    at = steps.struck;
    if (at !== null) {
      await died;
      steps.heal();
      await api.start();
    } else if (api.pid !== pid) {
      faults.push('The API ended by itself.');
    }
    faults.push(...(await scenario.check(site, tag, id, wasAnswered)));
  } catch (error) {
    faults.push(String(error));
    steps.heal();
    await api.start();
  }
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  return { scenario: scenario.name, step, when, at, faults, seconds };
}
