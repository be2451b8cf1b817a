import type { Invocation } from '../command/invocation.js';
import type { ClassifyFlags } from '../command/options.js';
import { write } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { interruptible } from '../interrupts.js';
import { paintFor } from '../output/paint.js';
import { ResultLines } from '../output/result-lines.js';
import { ProgressReporter } from '../progress/progress-reporter.js';
import { classifyInputs } from './classify-inputs.js';
import { findInputs, requireImages } from './find-inputs.js';
import { ImageCount } from './image-count.js';
import { Tally } from './tally.js';

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
  const { console } = invocation;
  const { stdin, stdout, stderr } = console;
  const inputs = await requireImages(findInputs(words, stdin));

  const { signal, end } = interruptible();
  const total = new ImageCount();
  // What stdin will name is not known before it is read.
  if (!words.includes('-')) total.start(findInputs(words, stdin));
  const progress = new ProgressReporter(console);
  const lines = new ResultLines(paintFor(stdout, console), stdout.isTTY === true);
  const tally = new Tally();
  try {
    for await (const result of classifyInputs(inputs, { crops, topK: top }, invocation, signal)) {
      tally.count(result);
      const line = json === true ? JSON.stringify(result) : lines.line(result);
      await progress.above(() => write(stdout, `${line}\n`));
      progress.update(tally.progress(total.value));
    }
  } finally {
    total.stop();
    progress.finish();
    end();
  }
  if (tally.done > 1 || tally.failed > 0) await write(stderr, `${tally.summary()}\n`);
  return tally.failed === 0 ? EXIT.ok : EXIT.incomplete;
}
