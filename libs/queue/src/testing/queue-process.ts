// One part of a queue in a process of its own, for specs to kill or freeze: `node queue-process.js JSON`.
import { createObjectStore, type ObjectStore } from '@cropline/storage';
import { createChunkConsumer } from '../create-chunk-consumer.js';
import { createCoordinator } from '../create-coordinator.js';
import { SILENT_LOGGER } from '../logger.js';
import { dyingAt } from './dying-at.js';
import { FAST, succeedAll } from './queue-bench.js';
import type { QueueProcessOptions } from './spawn-queue-process.js';
import { storeWith } from './store-with.js';

const options = JSON.parse(process.argv[2] ?? '') as QueueProcessOptions;
const { redisUrl, prefix } = options;
const store = createObjectStore(options.storeOptions);
const connection = { redisUrl, prefix, log: SILENT_LOGGER, timing: FAST };
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const told = new Promise<void>((resolve) => process.stdin.once('data', () => resolve()));

/** The store, whose writes of such an object are never answered. */
function hangingAt(suffix: string): ObjectStore {
  const hang = (url: string): Promise<never> | null => {
    if (!url.endsWith(suffix)) return null;
    say(`hangs at ${suffix}`);
    return new Promise(() => undefined);
  };
  return storeWith(store, {
    put: (...args) => hang(args[0]) ?? store.put(...args),
    putIfAbsent: (...args) => hang(args[0]) ?? store.putIfAbsent(...args),
    putStream: (...args) => hang(args[0]) ?? store.putStream(...args),
  });
}

if (options.role === 'coordinator') {
  createCoordinator({ ...connection, store: hangingAt(options.hangAt), outputUrl: 's3://results' });
} else if (options.role === 'dying') {
  const consumer = createChunkConsumer({
    ...connection,
    store: dyingAt(options.at ?? Infinity, store, (step, what) => say(`step ${step} ${what}`)),
    concurrency: 1,
    process: succeedAll,
    // It takes what comes to it, and no chunk of another that died.
    timing: { ...FAST, stalledCheckMs: 3_600_000, idleMs: 3_600_000 },
  });
  consumer.start();
  say('started');
  await told;
  process.exit(0);
} else {
  const consumer = createChunkConsumer({
    ...connection,
    store,
    concurrency: 1,
    // Whatever it was told to do, it ends with other outcomes than everyone else.
    process: async ({ items, index }) => {
      say(`took ${index}`);
      await told;
      const error = { code: 'INTERNAL', message: 'late', retryable: true, attempts: 1 } as const;
      return items.map(({ id, url }) => ({ id, url, status: 'failed', error }));
    },
  });
  consumer.start();
  await told;
  await consumer.drain(60_000);
  await consumer.close();
  process.exit(0);
}
