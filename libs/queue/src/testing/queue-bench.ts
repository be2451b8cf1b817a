import { randomUUID } from 'node:crypto';
import type {
  Batch,
  BatchSource,
  CreateBatchRequest,
  ItemInput,
  ItemResult,
} from '@cropline/contracts';
import { createObjectStore, type ObjectStore } from '@cropline/storage';
import type { BatchService, BatchServiceOptions } from '../batch-service.js';
import type { ChunkConsumer, ChunkConsumerOptions, ChunkProcessor } from '../chunk-consumer.js';
import type { Coordinator, CoordinatorOptions } from '../coordinator.js';
import { createBatchService } from '../create-batch-service.js';
import { createChunkConsumer } from '../create-chunk-consumer.js';
import { createCoordinator } from '../create-coordinator.js';
import { SILENT_LOGGER } from '../logger.js';
import type { QueueTiming } from '../timing.js';

/** Clocks short enough for a spec, long enough for a busy machine. */
export const FAST: QueueTiming = {
  lockMs: 1_500,
  stalledCheckMs: 300,
  cancelPollMs: 50,
  retryMs: 20,
  retryMaxMs: 200,
  sweepMs: 500,
  webhookRetryMs: 20,
  idleMs: 200,
};

/** A real Redis and a real S3 server, and parts of a queue that all share one prefix and one bucket. */
export interface QueueBench {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly store: ObjectStore;
  readonly outputUrl: string;
  /** What a process needs to join. */
  readonly storeOptions: Parameters<typeof createObjectStore>[0];
  service(overrides?: Partial<BatchServiceOptions>): BatchService;
  coordinator(overrides?: Partial<CoordinatorOptions>): Coordinator;
  consumer(process?: ChunkProcessor, overrides?: Partial<ChunkConsumerOptions>): ChunkConsumer;
  stop(): Promise<void>;
}

/** The servers a bench stands on, as @cropline/tools starts them. */
export interface BenchServers {
  readonly redis: Promise<{ readonly url: string; stop(): Promise<void> }>;
  readonly s3: Promise<{
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    createBucket(name: string): Promise<void>;
    stop(): Promise<void>;
  }>;
}

/** Sets up a bench; `stop` closes everything that was made, and the servers. */
export async function startQueueBench(servers: BenchServers): Promise<QueueBench> {
  const [redis, s3] = await Promise.all([servers.redis, servers.s3]);
  await s3.createBucket('results');
  const { endpoint, region, credentials } = s3;
  const storeOptions = { endpoint, region, credentials };
  const store = createObjectStore(storeOptions);
  const connection = { redisUrl: redis.url, prefix: `{spec-${randomUUID()}}` };
  const outputUrl = 's3://results/out';
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(part: T): T => {
    opened.push(part);
    return part;
  };
  return {
    ...connection,
    store,
    outputUrl,
    storeOptions,
    service: (overrides) =>
      keep(createBatchService({ ...connection, store, outputUrl, ...overrides })),
    coordinator: (overrides) =>
      keep(
        createCoordinator({
          ...connection,
          store,
          outputUrl,
          log: SILENT_LOGGER,
          timing: FAST,
          ...overrides,
        }),
      ),
    consumer: (process = succeedAll, overrides) => {
      const consumer = keep(
        createChunkConsumer({
          ...connection,
          store,
          concurrency: 2,
          log: SILENT_LOGGER,
          process,
          timing: FAST,
          ...overrides,
        }),
      );
      consumer.start();
      return consumer;
    },
    stop: async () => {
      await Promise.all(opened.map((part) => part.close()));
      store.close();
      await Promise.all([redis.stop(), s3.stop()]);
    },
  };
}

/** A request of so many items, `item-0` and on. */
export function requestOf(
  count: number,
  overrides: Partial<CreateBatchRequest> = {},
): CreateBatchRequest & { readonly items: ItemInput[] } {
  const items = Array.from({ length: count }, (_, n) => ({
    id: `item-${n}`,
    url: `s3://photos/${n}.jpg`,
  }));
  return {
    options: { crops: 'single', topK: 1 },
    metadata: {},
    ...overrides,
    items: overrides.items ?? items,
  };
}

/** A request whose items are read from a source. */
export function requestFrom(source: BatchSource): CreateBatchRequest {
  return { source, options: { crops: 'single', topK: 1 }, metadata: {} };
}

/** The outcome of an item that a model classified. */
export function succeeded({ id, url }: { id: string; url: string }): ItemResult {
  return {
    id,
    url,
    status: 'succeeded',
    predictions: [{ classIndex: 1, label: 'goldfish', score: 1 }],
    crops: { policy: 'single', count: 1 },
    model: { name: 'googlenet-bvlc', digest: 'sha256:0', precision: 'fp32' },
    image: { width: 1, height: 1, bytes: 1, format: 'png', digest: 'sha256:1' },
    timingsMs: { fetch: 1, decode: 1, queue: 1, infer: 1, total: 4 },
    version: '0.1.0',
  };
}

/** A processor whose every image succeeds. */
export const succeedAll: ChunkProcessor = ({ items }) => Promise.resolve(items.map(succeeded));

/** Looks until it is so; fails after a minute with what it last saw. */
export async function until<T>(
  look: () => Promise<T> | T,
  isSo: (value: T) => boolean,
): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const value = await look();
    if (isSo(value)) return value;
    if (Date.now() > deadline)
      throw new Error(`Waited in vain; last seen: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The batch once it has this status. */
export function untilStatus(
  service: BatchService,
  id: string,
  status: Batch['status'],
): Promise<Batch> {
  return until(
    () => service.get(id),
    (batch) => batch.status === status,
  );
}

/** Every line of a JSONL object. */
export async function jsonLines(store: ObjectStore, url: string): Promise<unknown[]> {
  const text = (await store.get(url)).toString();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}
