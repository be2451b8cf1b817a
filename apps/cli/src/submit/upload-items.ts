import { CroplineError } from '@cropline/contracts';
import { ImageCount } from '../classify/image-count.js';
import type { Invocation } from '../command/invocation.js';
import { write } from '../console.js';
import { interruptible, onInterrupt } from '../interrupts.js';
import { formatCount } from '../progress/format-amount.js';
import { LiveReporter } from '../progress/live-reporter.js';
import { RateMeter } from '../progress/rate-meter.js';
import { findImages } from './find-images.js';
import type { SourceFlags } from './find-source.js';
import { LineSpool } from './line-spool.js';
import type { SubmitItems } from './submit-items.js';
import { uploadImages, type Prepared, type Uploader } from './upload-images.js';
import { UPLOAD_VIEW, uploadFacts, type UploadState } from './upload-view.js';

const MOST_LEFT_OUT_TOLD = 10;

/**
 * Puts images of this machine into the bucket, and makes them the items of a batch: each is called by its path.
 * Those that cannot be images are left out, and told. Ctrl-C loses nothing: what is in the bucket stays.
 *
 * @throws `INPUT_NOT_FOUND` when an argument means no image, or all are left out.
 */
export async function uploadItems(
  client: Uploader,
  words: readonly string[],
  flags: SourceFlags,
  { console, config }: Invocation,
): Promise<SubmitItems> {
  const { stderr } = console;
  const spool = await LineSpool.create();
  const { signal, end } = interruptible();
  const forget = onInterrupt(() => {
    stderr.write('What is uploaded stays; the same command goes on from there.\n');
  });
  const progress = new LiveReporter(console, UPLOAD_VIEW);
  const meter = new RateMeter();
  const total = new ImageCount();
  total.start(findImages(words, flags));
  const state = { done: 0, sent: 0, sentBytes: 0, leftOut: 0 };
  const now = (): UploadState => {
    return { ...state, total: total.value, rate: meter.rate(state.done) };
  };
  const limits = { maxBytes: config.images.maxBytes, signal };
  try {
    for await (const prepared of uploadImages(client, findImages(words, flags), limits)) {
      state.done += 1;
      if (prepared.kind === 'item') {
        state.sentBytes += prepared.sentBytes;
        if (prepared.sentBytes > 0) state.sent += 1;
        await spool.add(prepared.item);
      } else {
        state.leftOut += 1;
        const told = leftOutLine(prepared, state.leftOut);
        if (told !== null) await progress.above(() => write(stderr, told));
      }
      progress.update(now());
    }
    if (state.done === state.leftOut) {
      throw new CroplineError(
        'INPUT_NOT_FOUND',
        `Expected images to submit, but all ${formatCount(state.done)} files were left out.`,
      );
    }
    await spool.close();
  } catch (error) {
    await spool.remove();
    throw error;
  } finally {
    total.stop();
    progress.finish();
    forget();
    end();
  }
  await write(stderr, `Uploaded: ${uploadFacts(now()).join(', ')}.\n`);
  return {
    lines: () => spool.read(),
    format: 'jsonl',
    leftOut: state.leftOut,
    dispose: () => spool.remove(),
  };
}

function leftOutLine(
  { path, why }: Extract<Prepared, { kind: 'left-out' }>,
  nth: number,
): string | null {
  if (nth > MOST_LEFT_OUT_TOLD) return null;
  const more = nth === MOST_LEFT_OUT_TOLD ? ' (further ones are only counted)' : '';
  return `Left out: ${path}: ${why}${more}\n`;
}
