import { placeInference } from '@cropline/model';
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
  const placement = await placeInference(config);
  const model = await fetchModel(undefined, invocation, signal);
  signal.throwIfAborted();
  const note = (text: string): void => {
    console.stderr.write(`cropline: note: ${text}\n`);
  };
  const classifier = await createClassifier({
    model,
    ...placement,
    maxPixels: config.images.maxPixels,
    ...(config.threads === undefined ? {} : { threads: config.threads }),
    ...(config.batchSize === undefined ? {} : { batchSize: config.batchSize }),
    onCrash: ({ message }) => note(`an inference thread was lost and replaced (${message})`),
    onNotice: note,
  });
  const { backend, runtime, device } = classifier.info;
  if (backend !== 'onnx') note(`${runtime} runs ${model.info.name} on ${device}`);
  return classifier;
}
