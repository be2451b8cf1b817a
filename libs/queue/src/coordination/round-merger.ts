import type { ItemResult } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchFolder, JSON_LINES } from '../batch/batch-folder.js';
import { isCounted, type BatchState } from '../redis/batch-state.js';
import type { BatchStates } from '../redis/batch-states.js';
import { baseChunks, type ClosedChunk, type ClosedItem } from '../results/base-chunks.js';
import type { Gap } from '../results/gap.js';
import { cancelledResult, partText } from '../results/part-lines.js';
import { roundOutcomes, type RoundOutcome } from '../results/round-outcomes.js';

/** Parts that are written at once. */
const PARTS_AT_ONCE = 16;

/** What merging a round works with. */
export interface RoundMergerContext {
  readonly states: BatchStates;
  readonly store: ObjectStore;
  /** Asked before parts are written. @throws to write nothing more */
  readonly wanted: () => Promise<void>;
}

/**
 * The text of every chunk's outcomes once those of a round have taken the place of the earlier ones, a chunk
 * at a time, in manifest order. An item that the round did not run keeps the outcome it had. Parts that
 * differ from it are written over before the last chunk is given out; `gap` is what fills chunks without a
 * part for those who read them later.
 *
 * It may be done again at any step, after results.jsonl was written over too: what a round made of an item
 * is the same, whatever it takes the place of.
 *
 * @throws What `baseChunks` and `roundOutcomes` throw.
 */
export async function* mergedParts(
  { states, store, wanted }: RoundMergerContext,
  state: BatchState,
  gap: Gap,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const { record, round } = state;
  const { part } = batchFolder(record.folder);
  const counted = await states.countedBits(record.id, 1);
  const again = roundOutcomes(
    store,
    state,
    { counted: await states.countedBits(record.id, round), partsMayBeGone: state.error !== null },
    signal,
  );
  let writes: Promise<void>[] = [];
  const write = async (index: number, text: Buffer): Promise<void> => {
    await store.put(part(index), text, { contentType: JSON_LINES, signal });
    await states.rounds.notePart(record.id, index);
  };
  const flush = async (): Promise<void> => {
    await Promise.all(writes);
    writes = [];
  };
  try {
    let ahead = await again.next();
    for await (const chunk of baseChunks(store, record, signal)) {
      const outcomes = new Map<ClosedItem, ItemResult>();
      for (const closed of chunk.items) {
        if (ahead.done === true || ahead.value.id !== closed.item.id) continue;
        const outcome = outcomeAfter(closed, ahead.value);
        if (outcome !== null) outcomes.set(closed, outcome);
        ahead = await again.next();
      }
      const text = merged(chunk, outcomes, gap);
      const unwritten = !isCounted(counted, chunk.index) && !text.equals(gapText(chunk, gap));
      if (unwritten || outcomes.size > 0) {
        if (writes.length === 0) await wanted();
        writes.push(write(chunk.index, text));
        if (writes.length === PARTS_AT_ONCE) await flush();
      }
      yield text;
    }
    await flush();
  } finally {
    await Promise.allSettled(writes);
    await again.return(undefined);
  }
}

/** The outcome that takes the place of an earlier one; null when that stays. */
function outcomeAfter(
  { outcome: before }: ClosedItem,
  { outcome }: RoundOutcome,
): ItemResult | null {
  return outcome?.status === 'cancelled' && before !== null ? null : outcome;
}

function merged(
  { items }: ClosedChunk,
  outcomes: ReadonlyMap<ClosedItem, ItemResult>,
  gap: Gap,
): Buffer {
  const empty = outcomes.size === 0 && items.every(({ line }) => line === null);
  if (empty && gap === 'nothing') return Buffer.alloc(0);
  return Buffer.concat(
    items.flatMap((closed) => {
      const outcome = outcomes.get(closed);
      if (outcome === undefined && closed.line !== null) return [closed.line, NEWLINE];
      // A chunk that has outcomes has one for each of its items.
      return [
        Buffer.from(
          partText([
            outcome ?? cancelledResult(closed.item, gap === 'nothing' ? 'cancelled' : gap),
          ]),
        ),
      ];
    }),
  );
}

function gapText({ items }: ClosedChunk, gap: Gap): Buffer {
  if (gap === 'nothing') return Buffer.alloc(0);
  return Buffer.from(partText(items.map(({ item }) => cancelledResult(item, gap))));
}

const NEWLINE = Buffer.from('\n');
