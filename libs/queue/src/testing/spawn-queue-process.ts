import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { QueueBench } from './queue-bench.js';

/** Which part it is. */
export type QueuePart =
  | { /** Holds its chunk until it is told to go on. */ readonly role: 'consumer' }
  | {
      /** Says each step of a chunk. */
      readonly role: 'dying';
      /** The step before which it dies; null for one that does not. */
      readonly at: number | null;
    }
  | {
      readonly role: 'coordinator';
      /** Writing such an object never ends. */ readonly hangAt: string;
    };

/** What a part in a process of its own is made of. */
export type QueueProcessOptions = Pick<QueueBench, 'redisUrl' | 'prefix' | 'storeOptions'> &
  QueuePart;

/** A part of a queue in a process of its own. */
export interface QueueProcess {
  /** What it has written so far. */
  readonly lines: readonly string[];
  /** Resolves when it wrote a line that begins so. */
  said(beginning: string): Promise<void>;
  /** Tells a consumer to go on, and then to leave. */
  goOn(): void;
  signal(name: NodeJS.Signals): void;
  /** Resolves when it is gone. */
  readonly exited: Promise<unknown>;
}

/** Starts one. It is killed with the bench's process. */
export function spawnQueueProcess(
  { redisUrl, prefix, storeOptions }: QueueBench,
  part: QueuePart,
): QueueProcess {
  const options: QueueProcessOptions = { redisUrl, prefix, storeOptions, ...part };
  const script = fileURLToPath(new URL('./queue-process.js', import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', script, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = once(child, 'exit').finally(() => process.off('exit', kill));
  const lines: string[] = [];
  const waiting = new Map<string, () => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const [beginning, resolve] of waiting) if (line.startsWith(beginning)) resolve();
  });
  return {
    lines,
    said: async (beginning) => {
      if (lines.some((line) => line.startsWith(beginning))) return;
      const gone = exited.then(() => {
        throw new Error(`It ended before it said ${JSON.stringify(beginning)}.`);
      });
      await Promise.race([gone, new Promise<void>((resolve) => waiting.set(beginning, resolve))]);
    },
    goOn: () => child.stdin.write('go on\n'),
    signal: (name) => child.kill(name),
    exited,
  };
}
