import { describeCause, type ItemResult } from '@cropline/contracts';
import { classifyItem, mapInOrder } from '@cropline/pipeline';
import type { Invocation } from '../command/invocation.js';
import type { ClassifyFlags } from '../command/options.js';
import { write } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { paintFor } from '../output/paint.js';
import { ResultLines } from '../output/result-lines.js';
import { ProgressReporter } from '../progress/progress-reporter.js';
import { RateMeter } from '../progress/rate-meter.js';
import { findInputs, requireImages } from './find-inputs.js';
import { ImageCount } from './image-count.js';
import { createImageReader } from './image-reader.js';
import type { Input } from './input.js';
import { openEngine } from './open-engine.js';
import { Tally } from './tally.js';

/** Fewer would let the device wait for bytes and decoding. */
const LEAST_IMAGES_AT_ONCE = 32;

/** The options of `cropline classify`. */
export interface ClassifyCommandFlags extends ClassifyFlags {
  readonly json?: true;
}

/**
 * Classifies images on this machine and prints the outcome of each as soon as it and those before it are
 * there. An image that fails is an outcome; the others go on.
 *
 * @returns `EXIT.ok` when every image was classified.
 * @throws `INPUT_NOT_FOUND` when there is no image at all; `MODEL_*`, `DEVICE_*`, `BACKEND_FAILED`.
 */
export async function classifyImages(
  words: readonly string[],
  { crops, top, json }: ClassifyCommandFlags,
  invocation: Invocation,
): Promise<number> {
  const { console, config } = invocation;
  const { stdin, stdout, stderr } = console;
  const inputs = await requireImages(findInputs(words, stdin));
  const classifier = await openEngine(invocation);
  const imagesAtOnce = Math.max(LEAST_IMAGES_AT_ONCE, 2 * classifier.info.batchSize);
  const reader = createImageReader(config, imagesAtOnce);
  const lines = new ResultLines(paintFor(stdout, console), stdout.isTTY === true);
  const progress = new ProgressReporter(console);
  const total = new ImageCount();
  // What stdin will name is not known before it is read.
  if (!words.includes('-')) total.start(findInputs(words, stdin));
  const meter = new RateMeter();
  const tally = new Tally();
  const started = performance.now();

  const run = async (input: Input): Promise<ItemResult> =>
    input.kind === 'image'
      ? classifyItem(
          input.item,
          { crops, topK: top },
          { fetch: reader.fetch, classifier },
          {
            onUnforeseen: (error) => {
              stderr.write(`cropline: INTERNAL: ${input.item.id}: ${describeCause(error)}\n`);
            },
          },
        )
      : {
          ...input.item,
          status: 'failed',
          error: { code: input.code, message: input.message, retryable: false, attempts: 1 },
        };

  try {
    for await (const result of mapInOrder(inputs, { concurrency: imagesAtOnce }, run)) {
      tally.count(result);
      const line = json === true ? JSON.stringify(result) : lines.line(result);
      await progress.above(() => write(stdout, `${line}\n`));
      const { done, failed } = tally;
      const rate = meter.rate(done);
      const etaSeconds = rate === null || total.value === null ? null : (total.value - done) / rate;
      progress.update({
        label: 'Classifying',
        done,
        total: total.value,
        unit: 'images',
        failed,
        rate,
        etaSeconds,
      });
    }
  } finally {
    total.stop();
    progress.finish();
    await reader.close();
    await classifier.close();
  }
  if (tally.done > 1 || tally.failed > 0) {
    await write(stderr, `${tally.summary((performance.now() - started) / 1000)}\n`);
  }
  return tally.failed === 0 ? EXIT.ok : EXIT.incomplete;
}
