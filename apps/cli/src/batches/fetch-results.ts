import type { CroplineClient } from '@cropline/client';
import { FINAL_STATUSES, type ItemResult } from '@cropline/contracts';
import type { Invocation } from '../command/invocation.js';
import { write } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { writeAtomically } from '../output/atomic-file.js';
import { paintFor } from '../output/paint.js';
import { ResultLines } from '../output/result-lines.js';
import { formatCount } from '../progress/format-amount.js';
import { ProgressReporter } from '../progress/progress-reporter.js';
import { RateMeter } from '../progress/rate-meter.js';

/** The options of `cropline results`. */
export interface ResultsFlags {
  readonly status?: ItemResult['status'];
  readonly json?: true;
  readonly out?: string;
}

/**
 * Prints the outcomes that a batch has by now, in the order of its manifest, or writes them to a file as
 * JSON lines; in constant memory, however many there are.
 */
export async function fetchResults(
  client: CroplineClient,
  id: string,
  { status, json, out }: ResultsFlags,
  { console }: Invocation,
): Promise<number> {
  const { stdout, stderr } = console;
  const { counts, status: batchStatus } = await client.getBatch(id);
  const results = client.results(id, { status });
  if (out === undefined) {
    const lines = new ResultLines(paintFor(stdout, console), stdout.isTTY === true);
    for await (const result of results) {
      await write(stdout, `${json === true ? JSON.stringify(result) : lines.line(result)}\n`);
    }
  } else {
    const total = status === undefined ? counts.total - counts.pending : counts[status];
    const progress = new ProgressReporter(console);
    const meter = new RateMeter();
    let done = 0;
    try {
      await writeAtomically(out, async (append) => {
        for await (const result of results) {
          await append(`${JSON.stringify(result)}\n`);
          done += 1;
          const rate = meter.rate(done);
          const etaSeconds = rate === null ? null : Math.max(0, total - done) / rate;
          progress.update({
            label: 'Fetching',
            done,
            total,
            unit: 'images',
            failed: 0,
            rate,
            etaSeconds,
          });
        }
      });
    } finally {
      progress.finish();
    }
    await write(stderr, `${formatCount(done)} outcomes written to ${out}\n`);
  }
  if (!FINAL_STATUSES.has(batchStatus)) {
    await write(
      stderr,
      `The batch is ${batchStatus}: ${formatCount(counts.pending)} of its ${formatCount(counts.total)} images had no outcome yet.\n`,
    );
  }
  return EXIT.ok;
}
