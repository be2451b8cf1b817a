import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

// Loaded into the API and the workers of a soak before they start (`node --import`): says on their output what
// they hold, once what nobody needs is collected.

const EVERY_MS = 2_000;

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

if (isMainThread) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setInterval(() => {
    collect();
    const { heapUsed, rss } = process.memoryUsage();
    const fields = {
      msg: 'resources',
      heapMiB: heapUsed / 2 ** 20,
      rssMiB: rss / 2 ** 20,
      handles: process.getActiveResourcesInfo().length,
      files: openFiles(),
    };
    process.stdout.write(`${JSON.stringify(fields)}\n`);
  }, EVERY_MS).unref();
}
