import { randomBytes } from 'node:crypto';
import { startRedis, startS3 } from '@cropline/tools';
import { startCrashSite, type CrashServers, type CrashSite } from './crash-site.js';
import type { CrashPoint } from './durable-steps.js';
import type { Scenario } from './scenario.js';

/** What is to be run. */
export interface CrashRunOptions {
  readonly scenarios: readonly Scenario[];
  /** Where it is killed, of the steps that there are. */
  readonly pointsOf: (steps: readonly string[]) => readonly CrashPoint[];
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
  readonly onLine?: (source: string, line: string) => void;
}

/** One kill and what came of it. */
export interface CrashOutcome {
  readonly scenario: string;
  /** Null when it was left alone. */
  readonly point: CrashPoint | null;
  /** Whether it was killed there; it may have come to its end before. */
  readonly struck: boolean;
  readonly faults: readonly string[];
  readonly seconds: number;
}

/** Scenarios that run side by side, each with an API and a worker of its own. */
const LANES = 4;

/**
 * Kills the API at durable steps of each scenario, starts it again and checks what came of
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
  { pointsOf, signal, onProgress, onLine = () => undefined }: CrashRunOptions,
  onOutcome: (outcome: CrashOutcome) => void,
): Promise<void> {
  const site = await startCrashSite(`crash-${randomBytes(4).toString('hex')}`, servers, onLine);
  try {
    const tell = (outcome: CrashOutcome): void => {
      const { point, struck, faults, seconds } = outcome;
      const missed = struck || point === null ? '' : ', not reached';
      const where = point === null ? 'left alone' : `${point.when} ${point.step}${missed}`;
      const came = faults.length === 0 ? 'well' : `VIOLATION ${faults.join(' ')}`;
      onProgress(`${scenario.name}: ${where}: ${came}, ${seconds} s`);
      onOutcome(outcome);
    };
    // Once before it counts: what an API does when it starts is no step of the work.
    for (let n = 0; n < 2; n += 1) tell(await crashOnce(site, scenario, null));
    const steps = site.steps.done;
    onProgress(`${scenario.name}: ${steps.length} steps: ${steps.join(', ')}`);
    for (const point of pointsOf(steps)) {
      signal.throwIfAborted();
      tell(await crashOnce(site, scenario, point));
    }
  } finally {
    await site.close();
  }
}

/** Runs a scenario, killed at a point or left alone. */
async function crashOnce(
  site: CrashSite,
  scenario: Scenario,
  point: CrashPoint | null,
): Promise<CrashOutcome> {
  const { api, steps } = site;
  const startedAt = performance.now();
  const tag = `crash-${randomBytes(4).toString('hex')}`;
  const faults: string[] = [];
  let struck = false;
  try {
    const id = (await scenario.prepare?.(site, tag)) ?? '';
    const pid = api.pid;
    steps.begin(point, () => {
      // What the dead one still had on the way may come to a gate when the next one runs.
      if (api.pid === pid) api.signal('SIGKILL');
    });
    const died = api.ended().then(() => false);
    const acted = scenario.act(site, tag, id).then(() => true);
    // Whichever is first; the other has nothing to tell.
    acted.catch(() => undefined);
    const wasAnswered = await Promise.race([acted, died]).catch(() => false);
    steps.end();
    struck = steps.struck;
    if (struck) {
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
  return { scenario: scenario.name, point, struck, faults, seconds };
}
