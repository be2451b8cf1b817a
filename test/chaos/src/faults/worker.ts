import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CHAOS_LOCK_MS } from '../chaos-settings.js';
import type { ChaosSystem, ServiceProcess } from '../chaos-system.js';
import type { Fault } from '../fault.js';
import { POISON } from '../preload/poison.js';

const run = promisify(execFile);
const PAGE_BYTES = 4096;

function oneOf(workers: readonly ServiceProcess[], random: () => number): ServiceProcess {
  const worker = workers[Math.floor(random() * workers.length)];
  if (worker === undefined) throw new Error('There is no worker.');
  return worker;
}

const killed: Fault<ChaosSystem> = {
  name: 'worker: kill -9',
  area: 'worker',
  expected: 'its chunks are run by others, each item once',
  inject: async ({ workers }, random) => {
    const worker = oneOf(workers, random);
    worker.signal('SIGKILL');
    await worker.ended();
    await worker.start();
    return `${worker.name} killed`;
  },
};

const drained: Fault<ChaosSystem> = {
  name: 'worker: SIGTERM',
  area: 'worker',
  expected: 'it finishes or hands back what it holds',
  inject: async ({ workers }, random) => {
    const worker = oneOf(workers, random);
    worker.signal('SIGTERM');
    const { code } = await worker.ended();
    if (code !== 0) throw new Error(`Expected ${worker.name} to exit with 0, but it was ${code}.`);
    await worker.start();
    return `${worker.name} drained`;
  },
};

const zombie: Fault<ChaosSystem> = {
  name: 'worker: stopped past its lock, then going on',
  area: 'worker',
  expected: 'its chunks are run by others; what it writes late changes nothing',
  inject: async ({ workers }, random) => {
    const worker = oneOf(workers, random);
    worker.signal('SIGSTOP');
    const stoppedMs = Math.round(CHAOS_LOCK_MS * (1.8 + random()));
    await sleep(stoppedMs);
    worker.signal('SIGCONT');
    return `${worker.name} stopped for ${stoppedMs} ms`;
  },
};

const heapFull: Fault<ChaosSystem> = {
  name: 'worker: heap full',
  area: 'worker',
  expected: 'it ends; its chunks are run by others, no item fails for it',
  inject: async ({ workers }, random) => {
    const worker = oneOf(workers, random);
    worker.signal('SIGWINCH');
    const { code, signal } = await worker.ended();
    await worker.start();
    return `${worker.name} ended by ${signal ?? `exit code ${code ?? 'unknown'}`}`;
  },
};

/** How much more a process may take, in MiB, once its memory is limited. */
const MOST_MEMORY_LEFT_MIB = 8;

const outOfMemory: Fault<ChaosSystem> = {
  name: 'worker: out of memory',
  area: 'worker',
  expected: 'it ends, or goes on with what it has; no item fails for it',
  inject: async (system, random) => {
    const worker = oneOf(system.workers, random);
    const { pid } = worker;
    const [pages = '0'] = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ');
    const leftMiB = Math.round(random() * MOST_MEMORY_LEFT_MIB);
    const limit = Number(pages) * PAGE_BYTES + leftMiB * 2 ** 20;
    await run('prlimit', ['--pid', String(pid), `--as=${limit}:${limit}`]);
    await sleep(3_000 + random() * 2_000);
    const ended = worker.pid !== pid;
    if (!ended) worker.signal('SIGKILL');
    await worker.start();
    return `${worker.name} had ${leftMiB} MiB left, and ${ended ? 'ended' : 'went on until it was killed'}`;
  },
};

const threadCrash: Fault<ChaosSystem> = {
  name: 'worker: inference thread crashes',
  area: 'worker',
  expected: 'the thread is replaced, its crops are run again',
  inject: async (system, random) => {
    const worker = oneOf(system.workers, random);
    const times = 1 + Math.floor(random() * 3);
    for (let time = 0; time < times; time += 1) {
      await system.untilBusy();
      worker.signal('SIGUSR2');
      await sleep(300 + random() * 700);
    }
    return `${worker.name}, ${times} times`;
  },
};

const poison: Fault<ChaosSystem> = {
  name: 'worker: an image that ends the process',
  area: 'worker',
  expected: 'that item alone fails with IMAGE_KILLED_WORKER, the others of its chunk succeed',
  inject: async (system, random) => {
    const { client, store, images } = system;
    const url = `${images}/poisoned.jpg`;
    const picture = await store.get(`${images}/0.jpg`);
    await store.put(url, Buffer.concat([picture, Buffer.from(POISON)]));
    const [total, at] = [12, Math.floor(random() * 12)];
    const items = Array.from({ length: total }, (_, index) => ({
      id: `item-${index}`,
      url: index === at ? url : `${images}/${index % 12}.jpg`,
    }));
    const { id } = await system.runBatch({ items, options: { crops: 'single' } });
    for await (const result of client.results(id)) {
      const outcome = result.status === 'failed' ? result.error.code : result.status;
      const expected = result.id === `item-${at}` ? 'IMAGE_KILLED_WORKER' : 'succeeded';
      if (outcome === expected) continue;
      throw new Error(`Expected ${expected} of ${result.id} in ${id}, but it was ${outcome}.`);
    }
    return `item ${at + 1} of ${total}`;
  },
};

/** What befalls workers. */
export const WORKER_FAULTS: readonly Fault<ChaosSystem>[] = [
  killed,
  drained,
  zombie,
  heapFull,
  outOfMemory,
  threadCrash,
  poison,
];
