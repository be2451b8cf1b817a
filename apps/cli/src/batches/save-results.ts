import type { CroplineClient, DownloadOptions } from '@cropline/client';
import { write, type Console } from '../console.js';
import { writeAtomically } from '../output/atomic-file.js';
import { formatBytes, formatCount } from '../progress/format-amount.js';
import { ProgressReporter } from '../progress/progress-reporter.js';
import type { Progress } from '../progress/progress-text.js';
import { RateMeter } from '../progress/rate-meter.js';

const LINE_END = 0x0a;

/**
 * Writes results to a file that appears when it is whole.
 *
 * @param total how many there are, as far as that is known; for the bar.
 */
export async function saveResults(
  client: CroplineClient,
  id: string,
  wanted: DownloadOptions,
  path: string,
  total: number,
  console: Console,
): Promise<void> {
  // Only JSON lines tell how many outcomes they are.
  const counted = wanted.format === 'jsonl';
  const unit = counted ? 'images' : 'bytes';
  const progress = new ProgressReporter(console);
  const meter = new RateMeter();
  let done = 0;
  try {
    await writeAtomically(path, async (append) => {
      for await (const block of client.downloadResults(id, wanted)) {
        await append(block);
        done += counted ? linesIn(block) : block.length;
        const rate = meter.rate(done);
        progress.update(fetching(done, counted ? total : null, rate, unit));
      }
    });
  } finally {
    progress.finish();
  }
  const amount = counted ? `${formatCount(done)} outcomes` : formatBytes(done);
  await write(console.stderr, `${amount} written to ${path}\n`);
}

function fetching(
  done: number,
  total: number | null,
  rate: number | null,
  unit: Progress['unit'],
): Progress {
  const etaSeconds = rate === null || total === null ? null : Math.max(0, total - done) / rate;
  return { label: 'Fetching', done, total, unit, failed: 0, rate, etaSeconds };
}

function linesIn(block: Uint8Array): number {
  let lines = 0;
  for (let at = block.indexOf(LINE_END); at >= 0; at = block.indexOf(LINE_END, at + 1)) lines += 1;
  return lines;
}
