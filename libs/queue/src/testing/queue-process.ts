// One part of a queue in a process of its own, for specs to kill or freeze: `node queue-process.js JSON`.
import { createObjectStore, type ObjectStore } from '@cropline/storage';
import type { ChunkConsumerOptions, ChunkProcessor } from '../chunk-consumer.js';
import { createChunkConsumer } from '../create-chunk-consumer.js';
import { createCoordinator } from '../create-coordinator.js';
import { SILENT_LOGGER } from '../logger.js';

import { FAST, succeedAll } from './queue-bench.js';
import { signalledAt } from './signalled-at.js';
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
} else {
  // Whatever such a worker was told to do, it ends with other outcomes than everyone else.
  const late: ChunkProcessor = ({ items }) =>
    Promise.resolve(
      items.map(({ id, url }) => {
        const error = { code: 'INTERNAL', message: 'late', retryable: true, attempts: 1 } as const;
        return { id, url, status: 'failed', error };
      }),
    );
  const consumer = createChunkConsumer({ ...connection, concurrency: 1, ...consuming(late) });
  consumer.start();
  await told;
  await consumer.drain(60_000);
  await consumer.close();
  process.exit(0);
}

function consuming(
  late: ChunkProcessor,
): Pick<ChunkConsumerOptions, 'store' | 'process'> & Partial<ChunkConsumerOptions> {
  if (options.role !== 'signalled') {
    const process: ChunkProcessor = async (task, control) => {
      say(`took ${task.index}`);
      await told;
      return late(task, control);
    };
    return { store, process };
  }
  return {
    store: signalledAt(options, store, say),
    process: options.signal === 'SIGSTOP' ? late : succeedAll,
    // It takes what comes to it, and no chunk of another that died.
    timing: { ...FAST, stalledCheckMs: 3_600_000, idleMs: 3_600_000 },
  };
}
