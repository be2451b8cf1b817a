import { once } from 'node:events';
import { CroplineError, errorFacts } from '@cropline/contracts';
import {
  createChunkConsumer,
  type ChunkConsumer,
  type ChunkProcessor,
  type Logger,
} from '@cropline/queue';
import { createImageSource, createObjectStore } from '@cropline/storage';
import { bootEngine } from './boot-engine.js';
import { createChunkProcessor } from './chunk-processor.js';
import type { WorkerConfig } from './config.js';
import type { Engine } from './engine.js';
import { watchEventLoop } from './health/event-loop-delay.js';
import { startHealthServer } from './health/health-server.js';
import { WorkerStatus } from './health/worker-status.js';
import { reportingOutages } from './log/reporting-outages.js';
import { createNoDevice, NO_DEVICE } from './no-device.js';

/** Fewer would let a CPU wait for bytes; a chunk (32 items) is never asked for more than it has. */
const LEAST_IMAGES_AT_ONCE = 16;

/**
 * The life of a worker: boot, take chunks until `stop` is aborted, then finish or hand back what it holds
 * within the drain time, and close everything it opened.
 *
 * @returns When it has stopped as asked.
 * @throws `MODEL_*`, `DEVICE_*` at boot; `BACKEND_FAILED` when the device was lost, in which case the
 *   chunks held were handed back and the process should end and be started anew.
 */
export async function runWorker(
  config: WorkerConfig,
  log: Logger,
  stop: AbortSignal,
): Promise<void> {
  const opened: { close(): Promise<void> | void }[] = [];
  const status = new WorkerStatus(watchEventLoop());
  try {
    const health =
      config.healthPort === undefined ? null : await startHealthServer(config.healthPort, status);
    if (health !== null) {
      opened.push(health);
      log.info({ healthPort: health.port }, 'health is served');
    }
    const engine = await openEngine(config, log, stop);
    opened.push(engine);
    stop.throwIfAborted();

    const deviceLost = new AbortController();
    const taking = openConsumer(config, log, engine, status, deviceLost);
    opened.push(taking);
    const { consumer } = taking;
    consumer.start();
    status.begin(engine.info, consumer);
    log.info({ ...(health === null ? {} : { healthPort: health.port }) }, 'ready: taking chunks');

    await abortedEither(stop, deviceLost.signal);
    status.end();
    const drained = await consumer.drain(deviceLost.signal.aborted ? 0 : config.drainTimeoutMs);
    log.info({ drained, items: status.itemsDone }, 'stopped taking chunks');
    deviceLost.signal.throwIfAborted();
  } catch (error) {
    if (!stop.aborted || error !== stop.reason) throw error;
    log.info({}, 'stopped before it took a chunk');
  } finally {
    for (const resource of opened.reverse()) await resource.close();
    status.close();
  }
}

async function openEngine(config: WorkerConfig, log: Logger, stop: AbortSignal): Promise<Engine> {
  if (config.device !== NO_DEVICE) return bootEngine(config, log, stop);
  log.warn(
    { msAnImage: config.noneMs },
    'CROPLINE_DEVICE=none: NO IMAGE IS FETCHED AND NOTHING IS CLASSIFIED; every result is made up. For load tests only',
  );
  return createNoDevice(config.noneMs);
}

function openConsumer(
  config: WorkerConfig,
  log: Logger,
  engine: Engine,
  status: WorkerStatus,
  deviceLost: AbortController,
): { consumer: ChunkConsumer; close(): Promise<void> } {
  const { endpoint, region } = config.s3;
  const imagesAtOnce = Math.max(LEAST_IMAGES_AT_ONCE, engine.info.batchSize);
  const store = createObjectStore({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    maxSockets: 2 * config.concurrency * imagesAtOnce,
  });
  const source = createImageSource({
    store,
    maxBytes: config.images.maxBytes,
    timeoutMs: config.images.timeoutMs,
    fileRoots: config.images.fileRoots,
    allowNetworks: config.images.allowNetworks,
    onStoreAway: reportingOutages(log),
    buckets: config.images.buckets,
  });
  const processChunk = createChunkProcessor({
    fetch: engine.fetch ?? ((url, control) => source.fetch(url, control)),
    classifier: engine,
    imagesAtOnce,
    log,
    endForWantOfMemory: (error) => {
      log.error(errorFacts(error), 'no memory left: the worker ends, to be started again');
      process.exit(1);
    },
    onItem: () => status.countItem(),
  });
  const consumer = createChunkConsumer({
    redisUrl: config.redisUrl,
    prefix: config.queuePrefix,
    store,
    concurrency: config.concurrency,
    log,
    timing: { lockMs: config.lockMs, stalledCheckMs: config.lockMs / 4 },
    process: leavingOnDeviceLoss(processChunk, deviceLost),
  });
  return {
    consumer,
    close: async () => {
      await consumer.close();
      await source.close();
      store.close();
    },
  };
}

/**
 * A worker whose device is gone would fail chunk after chunk, faster than any healthy worker takes them:
 * it stops taking them at the first.
 */
function leavingOnDeviceLoss(process: ChunkProcessor, deviceLost: AbortController): ChunkProcessor {
  return async (task, control) => {
    try {
      return await process(task, control);
    } catch (error) {
      if (error instanceof CroplineError && error.code === 'BACKEND_FAILED') {
        deviceLost.abort(error);
      }
      throw error;
    }
  };
}

async function abortedEither(...signals: readonly AbortSignal[]): Promise<void> {
  const either = AbortSignal.any([...signals]);
  if (!either.aborted) await once(either, 'abort');
}
