import {
  CroplineError,
  FINAL_STATUSES,
  type CancelReason,
  type ItemResult,
  type ResultsPage,
} from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchFolder } from '../batch/batch-folder.js';
import type { ResultsQuery } from '../batch-queries.js';
import { isObjectLoss, manifestLine, readManifestChunks } from '../manifest/manifest-lines.js';
import { splitLines } from '../manifest/read-lines.js';
import type { BatchSnapshot } from '../redis/batch-snapshot.js';
import {
  readResultsCursor,
  RESULTS_START,
  writeResultsCursor,
  type ResultsPosition,
} from './cursors.js';
import { gapOf, type Gap } from './gap.js';
import { cancelledResult, parseResult } from './part-lines.js';
import { readAhead } from './read-ahead.js';
import { resultTest } from './result-filter.js';

/** The most chunks that one page looks at, however little its filter matches. */
const CHUNKS_A_PAGE = 64;
const PARTS_AHEAD = 4;

/**
 * A page of a batch's results in manifest order, from the cursor to the first item without an outcome.
 *
 * @throws `CURSOR_INVALID`
 */
export async function resultsPage(
  store: ObjectStore,
  snapshot: BatchSnapshot,
  { cursor, limit, ...filter }: ResultsQuery,
): Promise<ResultsPage> {
  const { state } = snapshot;
  const final = FINAL_STATUSES.has(state.status);
  const gap = final ? gapOf(state) : null;
  let position = cursor === undefined ? RESULTS_START : readResultsCursor(cursor);
  const last = Math.min(state.chunks, position.chunk + CHUNKS_A_PAGE);
  const test = resultTest(filter);
  const results: ItemResult[] = [];

  for await (const chunk of chunksFrom(store, snapshot, gap, position, last, limit)) {
    const outcomes =
      typeof chunk === 'string' ? await notRun(store, snapshot, position, chunk) : chunk;
    let { line } = position;
    for (; line < outcomes.length && results.length < limit; line += 1) {
      const outcome = outcomes[line];
      if (outcome !== undefined && (test === null || test(outcome))) {
        results.push(outcome);
      }
    }
    if (line < outcomes.length) {
      position = { ...position, line };
      break;
    }
    const bytes = outcomes.reduce((sum, item) => sum + Buffer.byteLength(manifestLine(item)), 0);
    position = { chunk: position.chunk + 1, line: 0, offset: position.offset + bytes };
    if (results.length >= limit) break;
  }

  const readAll = final && position.chunk >= state.chunks;
  return { results, nextCursor: readAll ? null : writeResultsCursor(position), final };
}

/** The outcomes of chunks that have some; the reason for one whose items were not run. */
async function* chunksFrom(
  store: ObjectStore,
  { state: { record }, counted }: BatchSnapshot,
  gap: Gap | null,
  from: ResultsPosition,
  last: number,
  limit: number,
): AsyncGenerator<readonly ItemResult[] | CancelReason> {
  const { part } = batchFolder(record.folder);
  const wanted = Math.ceil((from.line + limit) / record.chunkSize);
  let chunk = from.chunk;
  yield* readAhead(Math.min(PARTS_AHEAD, wanted), () => {
    const index = chunk;
    if (index >= last) return null;
    const outcomes = counted(index)
      ? readPart(store, part(index), gap === 'nothing')
      : uncounted(gap);
    if (outcomes !== null) chunk += 1;
    return outcomes;
  });
}

function uncounted(gap: Gap | null): Promise<ItemResult[] | CancelReason> | null {
  // A batch that runs is read up to where it stands; one that could not go on is passed through to its end.
  if (gap === null) return null;
  return Promise.resolve(gap === 'nothing' ? [] : gap);
}

async function readPart(
  store: ObjectStore,
  url: string,
  mayBeGone: boolean,
): Promise<ItemResult[]> {
  try {
    return [...splitLines(await store.get(url))].map(parseResult);
  } catch (error) {
    if (mayBeGone && isObjectLoss(error)) return [];
    throw error;
  }
}

async function notRun(
  store: ObjectStore,
  { state: { record } }: BatchSnapshot,
  { chunk: index, offset }: ResultsPosition,
  reason: CancelReason,
): Promise<ItemResult[]> {
  for await (const { items } of readManifestChunks(store, record, { index, offset })) {
    return items.map((item) => cancelledResult(item, reason));
  }
  throw new CroplineError(
    'CURSOR_INVALID',
    'Expected a cursor of this batch, but it points beyond its end; start again without one.',
  );
}
