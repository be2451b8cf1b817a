import { describeCause } from '@cropline/contracts';
import { batchFolder } from '../batch/batch-folder.js';
import { pointerUrl } from '../batch/batch-location.js';
import type { DeleterContext } from './deleter.js';
import { writtenFiles } from './written-files.js';

/** How long a submission is left alone, in milliseconds: far longer than any request may take. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

/**
 * Deletes what submissions left that were never accepted, as when the API was killed between the manifest and the
 * record. One that has its record was accepted, or will be once that is found: it is only forgotten here.
 *
 * @param before Those that began before it are looked at, in milliseconds since 1970.
 */
export async function sweepSubmissions(
  { states, store, outputUrl, log }: Pick<DeleterContext, 'states' | 'store' | 'outputUrl' | 'log'>,
  signal: AbortSignal,
  before = Date.now() - ABANDONED_MS,
): Promise<void> {
  for (const folder of await states.submissions.begunBefore(before)) {
    signal.throwIfAborted();
    const batchId = folder.slice(folder.lastIndexOf('/') + 1);
    try {
      if ((await store.head(batchFolder(folder).record)) === null) {
        for await (const url of writtenFiles(store, folder, batchId)) await store.delete(url);
        await store.delete(pointerUrl(outputUrl, batchId));
        log.info({ batchId }, 'what was left of a submission that was never accepted is deleted');
      }
      await states.submissions.end(folder);
    } catch (error) {
      log.warn({ batchId, error: describeCause(error) }, 'a submission could not be looked after');
    }
  }
}
