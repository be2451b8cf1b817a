import { checkPrecision, parseDevice, resolveDevice } from '@cropline/model';
import { createClassifier, type Classifier } from '@cropline/pipeline';
import type { Invocation } from '../command/invocation.js';
import { fetchModel } from '../models/fetch-model.js';

/**
 * The engine as the environment describes it, loaded and warm.
 *
 * @throws `DEVICE_*`, `PRECISION_UNSUPPORTED`, `MODEL_*`, `CALIBRATION_INVALID`, `BACKEND_FAILED`, or the signal's reason.
 */
export async function openEngine(invocation: Invocation, signal: AbortSignal): Promise<Classifier> {
  const { config, console } = invocation;
  const device = await resolveDevice(parseDevice(config.device));
  checkPrecision(config.precision, device);
  const model = await fetchModel(undefined, invocation, signal);
  signal.throwIfAborted();
  return createClassifier({
    model,
    device,
    maxPixels: config.images.maxPixels,
    ...(config.threads === undefined ? {} : { threads: config.threads }),
    ...(config.batchSize === undefined ? {} : { batchSize: config.batchSize }),
    onCrash: ({ message }) => {
      console.stderr.write(
        `cropline: note: an inference thread was lost and replaced (${message})\n`,
      );
    },
  });
}
