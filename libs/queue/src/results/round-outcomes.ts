import {
  CroplineError,
  type EarlierOutcome,
  type Item,
  type ItemResult,
} from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchFolder } from '../batch/batch-folder.js';
import { itemsOfChunk } from '../batch/batch-record.js';
import { isObjectLoss } from '../manifest/manifest-lines.js';
import { readLines, splitLines } from '../manifest/read-lines.js';
import { isCounted, type BatchState } from '../redis/batch-state.js';
import { parseResult } from './part-lines.js';
import { readAhead } from './read-ahead.js';

/** Parts that are fetched ahead. */
const PARTS_AHEAD = 16;

/** An item that a round runs again, and what came of it before. */
export interface RoundItem {
  readonly item: Item;
  /** Oldest first. */
  readonly earlier: readonly EarlierOutcome[];
}

/** Such an item as a line of the round's manifest, newline included: a line of any manifest, and more. */
export function roundLine({ item: { id, url }, earlier }: RoundItem): string {
  return `${JSON.stringify({ id, url, earlier })}\n`;
}

/** What came of an item in a round; null when its chunk was not counted. */
export interface RoundOutcome {
  readonly id: string;
  readonly outcome: ItemResult | null;
}

/**
 * What a round made of its items, in the order of its manifest, with what came of them before. Nothing for
 * a round that was stopped before its items were read.
 *
 * @throws `STORAGE_OBJECT_NOT_FOUND` when its manifest is gone, or the part of a counted chunk unless
 *   `partsMayBeGone`.
 */
export async function* roundOutcomes(
  store: ObjectStore,
  state: Pick<BatchState, 'round' | 'run' | 'chunks'>,
  { counted, partsMayBeGone }: { readonly counted: Buffer; readonly partsMayBeGone: boolean },
  signal: AbortSignal,
): AsyncGenerator<RoundOutcome> {
  const { round, run, chunks } = state;
  if (chunks === 0) return;
  const files = batchFolder(run.folder);
  let next = 0;
  const parts = readAhead(PARTS_AHEAD, () => {
    const chunk = next;
    if (chunk >= chunks) return null;
    next += 1;
    return isCounted(counted, chunk)
      ? readPart(store, files.part(chunk), partsMayBeGone, signal)
      : Promise.resolve([]);
  });
  const lines = readLines(await store.getStream(files.manifest, { signal }));
  let chunk = 0;
  try {
    for await (const part of parts) {
      for (let n = 0; n < itemsOfChunk(run, chunk); n += 1) {
        const line = await lines.next();
        if (line.done === true) throw cutShort(files.manifest);
        const { id, earlier } = JSON.parse(line.value.toString()) as ManifestLine;
        const outcome = part[n];
        yield {
          id,
          outcome: outcome === undefined ? null : { ...outcome, round, ...some(earlier) },
        };
      }
      chunk += 1;
    }
  } finally {
    await lines.return(undefined);
  }
}

interface ManifestLine {
  readonly id: string;
  readonly earlier: EarlierOutcome[];
}

function some(earlier: EarlierOutcome[]): { earlier?: EarlierOutcome[] } {
  return earlier.length === 0 ? {} : { earlier };
}

async function readPart(
  store: ObjectStore,
  url: string,
  mayBeGone: boolean,
  signal: AbortSignal,
): Promise<ItemResult[]> {
  try {
    return [...splitLines(await store.get(url, { signal }))].map(parseResult);
  } catch (error) {
    if (mayBeGone && isObjectLoss(error)) return [];
    throw error;
  }
}

function cutShort(url: string): CroplineError {
  return new CroplineError(
    'STORAGE_OBJECT_NOT_FOUND',
    `Expected the items of the retry in ${url}, but it is cut short; retry the batch again.`,
  );
}
