import type { Precision } from '@cropline/contracts';
import { resolveModel, type ResolvedModel } from '@cropline/model';
import type { Invocation } from '../command/invocation.js';
import { write } from '../console.js';
import { ProgressReporter } from '../progress/progress-reporter.js';
import { RateMeter } from '../progress/rate-meter.js';
import { modelLocation } from './model-location.js';

/**
 * Makes a model ready, in the precision that the environment asks for unless another one is named, and shows
 * how far it is when it has to be fetched.
 *
 * @throws `MODEL_*`, `CALIBRATION_INVALID`, or the signal's reason.
 */
export async function fetchModel(
  name: string | undefined,
  { console, config }: Invocation,
  signal?: AbortSignal,
  precision: Precision = config.precision,
): Promise<ResolvedModel> {
  const progress = new ProgressReporter(console);
  const notices: string[] = [];
  let meter: RateMeter | null = null;
  try {
    return await resolveModel({
      ...modelLocation(config, name),
      precision,
      ...(signal === undefined ? {} : { signal }),
      onNotice: (message) => notices.push(message),
      onProgress: ({ file, receivedBytes: done, totalBytes: total }) => {
        // A download that is resumed begins with bytes that took no time now.
        meter ??= new RateMeter(undefined, done);
        const rate = meter.rate(done);
        const etaSeconds = rate === null || total === null ? null : (total - done) / rate;
        progress.update({
          label: `Fetching ${file}`,
          done,
          total,
          unit: 'bytes',
          failed: 0,
          rate,
          etaSeconds,
        });
      },
    });
  } finally {
    progress.finish();
    for (const notice of notices) await write(console.stderr, `cropline: note: ${notice}\n`);
  }
}
