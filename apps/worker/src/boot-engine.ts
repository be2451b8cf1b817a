import { errorFacts } from '@cropline/contracts';
import { placeInference, resolveModel } from '@cropline/model';
import { createClassifier, type Classifier } from '@cropline/pipeline';
import type { Logger } from '@cropline/queue';
import type { WorkerConfig } from './config.js';

const PROGRESS_EVERY_MS = 3000;

/**
 * Finds the model (fetching it when it is not in the cache), makes the classifier on the device and warms
 * it up, and logs what it came to. A worker takes no chunk before this is done.
 *
 * @throws `MODEL_*`, `CALIBRATION_INVALID`, `DEVICE_*`, `PRECISION_UNSUPPORTED`, `BACKEND_FAILED`, or the signal's reason.
 */
export async function bootEngine(
  config: WorkerConfig,
  log: Logger,
  signal: AbortSignal,
): Promise<Classifier> {
  const { model: name, mirror, cacheDir } = config.model;
  const placement = await placeInference(config);
  let reportedAt = performance.now();
  const model = await resolveModel({
    cacheDir,
    precision: config.precision,
    ...(name === undefined ? {} : { model: name }),
    ...(mirror === undefined ? {} : { mirror }),
    signal,
    onNotice: (notice) => {
      log.warn({ notice }, 'about the model');
    },
    onProgress: ({ file, source, receivedBytes, totalBytes }) => {
      if (performance.now() - reportedAt < PROGRESS_EVERY_MS && receivedBytes !== totalBytes)
        return;
      reportedAt = performance.now();
      log.info({ file, source, receivedBytes, totalBytes }, 'fetching the model');
    },
  });
  signal.throwIfAborted();
  const warmUpStarted = performance.now();
  const classifier = await createClassifier({
    model,
    ...placement,
    maxPixels: config.images.maxPixels,
    onCrash: (error) => {
      log.error(errorFacts(error), 'an inference thread crashed and is replaced');
    },
    onNotice: (notice) => {
      log.error({ notice }, 'about the device');
    },
    ...(config.threads === undefined ? {} : { threads: config.threads }),
    ...(config.batchSize === undefined ? {} : { batchSize: config.batchSize }),
  });
  const { info } = classifier;
  log.info(
    {
      model: info.model.name,
      digest: info.model.digest,
      precision: info.model.precision,
      backend: info.backend,
      runtime: info.runtime,
      device: info.device,
      threads: info.threads,
      batchSize: info.batchSize,
      concurrency: config.concurrency,
      warmUpMs: Math.round(performance.now() - warmUpStarted),
    },
    'warmed up',
  );
  return classifier;
}
