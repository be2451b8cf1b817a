import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../main.js', import.meta.url));
const running = new Set<ChildProcess>();

/** The API as it ships, in a process of its own. */
export interface ApiProcess {
  readonly child: ChildProcess;
  /** Its exit code, and all it wrote. */
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
  /** The first log line with this message, once there is one. */
  line(message: string): Promise<Readonly<Record<string, unknown>>>;
}

/** Starts one with exactly this environment. */
export function startApiProcess(env: Readonly<Record<string, string>>): ApiProcess {
  const child = spawn(process.execPath, [main], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  const seen: Record<string, unknown>[] = [];
  const waiting = new Map<string, (line: Record<string, unknown>) => void>();
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  createInterface({ input: child.stdout }).on('line', (text) => {
    output += `${text}\n`;
    const line = JSON.parse(text) as Record<string, unknown>;
    seen.push(line);
    waiting.get(String(line['msg']))?.(line);
  });
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return { code: code as number | null, output };
  });
  return {
    child,
    ended,
    line: async (message) => {
      const found = seen.find(({ msg }) => msg === message);
      if (found !== undefined) return found;
      const arrival = new Promise<Record<string, unknown>>((resolve) => {
        waiting.set(message, resolve);
      });
      const early = ended.then(() => {
        throw new Error(`ended without "${message}": ${output}`);
      });
      return Promise.race([arrival, early]);
    },
  };
}

/** Ends those that a failed spec left behind. */
export function killApiProcesses(): void {
  for (const child of running) child.kill('SIGKILL');
}
