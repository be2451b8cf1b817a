import { setTimeout as sleep } from 'node:timers/promises';
import { describeCause } from '@cropline/contracts';
import { Random } from '@cropline/tools';
import type { Violations } from '../checks/violations.js';
import type { ChaosSystem } from '../chaos-system.js';
import type { Fault } from '../fault.js';
import { shuffled } from './shuffled.js';

/** One fault that was injected, and what came of it. */
export interface Injection {
  readonly fault: Fault<ChaosSystem>;
  /** What was done, in the fault's words. */
  readonly done: string;
  /** From its beginning until the system was well again. */
  readonly seconds: number;
  /** What did not hold meanwhile. */
  readonly violations: readonly string[];
}

/** What faults are injected by. */
export interface ScheduleOptions {
  readonly system: ChaosSystem;
  readonly faults: readonly Fault<ChaosSystem>[];
  /** The same seed gives the same faults the same order and severity. */
  readonly seed: string;
  /** Injected one after the other until then, and each once at least, whatever the time. */
  readonly endsAt: number;
  readonly violations: Violations;
  readonly signal: AbortSignal;
  readonly onInjection: (injection: Injection) => void;
}

const LONGEST_PAUSE_MS = 800;

/** Injects each fault once in an order that the seed gives, and again in other orders while there is time. */
export async function runFaults(options: ScheduleOptions): Promise<void> {
  const { faults, seed, endsAt, signal } = options;
  for (let round = 1; round === 1 || Date.now() < endsAt; round += 1) {
    const order = new Random(`${seed}/order/${round}`);
    for (const fault of shuffled(faults, () => order.next())) {
      if (round > 1 && Date.now() >= endsAt) return;
      const random = new Random(`${seed}/${fault.name}/${round}`);
      await sleep(random.next() * LONGEST_PAUSE_MS, undefined, { signal });
      await inject(options, fault, () => random.next());
    }
  }
}

async function inject(
  { system, violations, signal, onInjection }: ScheduleOptions,
  fault: Fault<ChaosSystem>,
  random: () => number,
): Promise<void> {
  const [from, startedAt] = [violations.all.length, performance.now()];
  let done = '';
  try {
    await system.untilBusy();
    done = await fault.inject(system, random);
    await system.until('an API that is ready', async () => {
      const response = await fetch(`${system.api.healthUrl}/health/ready`, {
        signal: AbortSignal.timeout(5_000),
      });
      return response.ok;
    });
    await system.untilDone(1);
  } catch (error) {
    signal.throwIfAborted();
    violations.note(`${fault.name}: ${describeCause(error)}`);
  }
  onInjection({
    fault,
    done,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
    violations: violations.all.slice(from),
  });
}
