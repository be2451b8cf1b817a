import type { CroplineClient } from '@cropline/client';
import type { Batch } from '@cropline/contracts';
import type { Invocation } from '../command/invocation.js';
import { write } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { onInterrupt } from '../interrupts.js';
import { paintFor } from '../output/paint.js';
import { LiveReporter } from '../progress/live-reporter.js';

import { summaryLine } from './batch-text.js';
import { BATCH_VIEW } from './batch-view.js';

/**
 * Follows a batch to its end: a live bar (plain lines where stderr is no terminal) and a line of summary,
 * or with `json` the batch as a line of JSON at every change. Ctrl-C ends the watching, not the batch.
 *
 * @returns `EXIT.ok` when every image of the batch succeeded.
 */
export async function watchBatch(
  client: CroplineClient,
  id: string,
  json: boolean,
  { console }: Invocation,
): Promise<number> {
  const { stdout, stderr, unicode } = console;
  const forget = onInterrupt(() => {
    stderr.write(`The batch goes on; follow it again with: cropline watch ${id}\n`);
  });
  const progress = json ? null : new LiveReporter(console, BATCH_VIEW);
  let last: Batch | null = null;
  try {
    for await (const batch of client.watch(id)) {
      last = batch;
      if (json) await write(stdout, `${JSON.stringify(batch)}\n`);
      progress?.update(batch);
    }
  } finally {
    progress?.finish();
    forget();
  }
  if (last === null) return EXIT.failed;
  const { failed } = last.counts;
  if (!json) {
    await write(stdout, `${summaryLine(last, { unicode, paint: paintFor(stdout, console) })}\n`);
    await write(stderr, adviceText(last));
  }
  return last.status === 'completed' && failed === 0 ? EXIT.ok : EXIT.incomplete;
}

/** What to do about images that did not succeed. */
function adviceText({ id, counts: { failed, cancelled } }: Batch): string {
  const seen = `See what failed with: cropline results ${id} --status failed\n`;
  const which = cancelled === 0 ? '' : failed === 0 ? ' --cancelled' : ' --failed --cancelled';
  const again = `Run them again with: cropline retry ${id}${which}\n`;
  return failed === 0 && cancelled === 0 ? '' : `${failed === 0 ? '' : seen}${again}`;
}
