import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { CropPolicyName } from '@cropline/contracts';

const CLI = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url));

/** The share of the images after which the clock starts: the process has loaded its model by then. */
const WARM_SHARE = 0.1;

/**
 * Images a second of `cropline classify` on a folder, in a process of its own. The clock runs from the
 * result that completes the first tenth to the last one, so that starting Node and loading the model, which
 * a running worker has behind it, do not count.
 */
export async function runLocal(folder: string, policy: CropPolicyName): Promise<number> {
  const child = spawn(process.execPath, [CLI, 'classify', folder, '--crops', policy, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const times: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('"status":"succeeded"')) throw new Error(`An image failed: ${line}`);
    times.push(performance.now());
  }
  const [code] = await exit;
  if (code !== 0) throw new Error(`cropline classify exited with ${String(code)}`);
  const warm = Math.floor(times.length * WARM_SHARE);
  const elapsed = (times.at(-1) ?? 0) - (times[warm] ?? 0);
  return ((times.length - 1 - warm) * 1000) / elapsed;
}
