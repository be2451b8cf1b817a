import { setMaxListeners } from 'node:events';
import { FINAL_STATUSES } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchFolder } from '../batch/batch-folder.js';
import { wholeLines } from '../manifest/whole-lines.js';
import type { BatchSnapshot } from '../redis/batch-snapshot.js';
import { joinedParts } from './joined-parts.js';
import type { ResultsFilter } from './result-filter.js';
import { resultsPage } from './results-page.js';

/** The outcomes of a page that is read for a stream. */
const OUTCOMES_A_PAGE = 512;

/**
 * The outcomes there are of a batch as JSONL in manifest order, in pieces of whole lines: at least all that
 * the filter asks for.
 */
export async function* resultText(
  store: ObjectStore,
  { state, bits }: BatchSnapshot,
  { status, label, minScore }: ResultsFilter,
): AsyncGenerator<Buffer, void, undefined> {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  try {
    if (!FINAL_STATUSES.has(state.status)) {
      yield* joinedParts(store, state, bits, 'nothing', stop.signal);
      return;
    }
    const { results, errors } = batchFolder(state.record.folder);
    const notSucceeded = status !== undefined && status !== 'succeeded';
    const unlabelled = label === undefined && minScore === undefined;
    const stream = await store.getStream(notSucceeded && unlabelled ? errors : results, {
      signal: stop.signal,
    });
    yield* wholeLines(stream);
  } finally {
    stop.abort();
  }
}

/**
 * The outcomes that the filter asks for as JSONL, from a cursor of a page up to where its last page would
 * end: followed by the pages after it, everything is seen once.
 *
 * @throws `CURSOR_INVALID`
 */
export async function* resultTextFrom(
  store: ObjectStore,
  snapshot: BatchSnapshot,
  filter: ResultsFilter,
  cursor: string,
): AsyncGenerator<Buffer, void, undefined> {
  for (let at = cursor; ;) {
    const query = { ...filter, cursor: at, limit: OUTCOMES_A_PAGE };
    const { results, nextCursor } = await resultsPage(store, snapshot, query);
    yield Buffer.from(results.map((result) => `${JSON.stringify(result)}\n`).join(''));
    if (nextCursor === null || nextCursor === at) return;
    at = nextCursor;
  }
}
