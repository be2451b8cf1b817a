import type { Precision } from '@cropline/contracts';
import { DEFAULT_BATCH_SIZES } from '@cropline/pipeline';

/** How the cores are shared out to sessions, and how many crops each is given at a time. */
export interface SessionSetting {
  readonly sessions: number;
  /** Threads of each session. */
  readonly threads: number;
  readonly batchSize: number;
}

/** Crops a device batch, with one session of one thread a core. A graph in int8 is fastest with few. */
const BATCH_SIZES: Readonly<Record<'fp32' | 'int8', readonly number[]>> = {
  fp32: [1, DEFAULT_BATCH_SIZES.cpu, 4, 8, 16],
  int8: [1, DEFAULT_BATCH_SIZES.cpu, 4],
};

/** What workers use where nothing else is set. */
export const asWorkers = (cores: number): SessionSetting => ({
  sessions: cores,
  threads: 1,
  batchSize: DEFAULT_BATCH_SIZES.cpu,
});

/**
 * The settings our graph is measured in: one session a core with batches of several sizes, then fewer sessions of
 * more threads (2, 4, … and all cores), as far as they fill the cores evenly.
 */
export function sessionSweep(cores: number, precision: 'fp32' | 'int8'): SessionSetting[] {
  const usual = asWorkers(cores);
  const doubled = Array.from(
    { length: Math.floor(Math.log2(cores)) },
    (_, index) => 2 ** (index + 1),
  );
  const threadCounts = [...new Set([...doubled, cores])].filter(
    (threads) => threads > 1 && cores % threads === 0,
  );
  return [
    ...BATCH_SIZES[precision].map((batchSize) => ({ ...usual, batchSize })),
    ...threadCounts.map((threads) => ({ ...usual, sessions: cores / threads, threads })),
  ];
}

/** The name of our graph in a setting. */
export function ownName(precision: Precision, setting: SessionSetting): string {
  return `cropline ${precision}, ${sharing(setting)}, batch ${setting.batchSize}`;
}

/** How a setting shares out the cores, in words. */
export function sharing({ sessions, threads }: Omit<SessionSetting, 'batchSize'>): string {
  return `${counted(sessions, 'session')} × ${counted(threads, 'thread')}`;
}

const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;
