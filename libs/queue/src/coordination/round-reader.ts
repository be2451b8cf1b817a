import type { EarlierOutcome, ItemResult, RetryRequest } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchFolder, JSON_LINES } from '../batch/batch-folder.js';
import { readDocument, writeDocument } from '../batch/read-document.js';
import { selectedItems, type Selected } from '../batch/round-record.js';
import { storeRound } from '../batch/store-round.js';
import type { BatchState } from '../redis/batch-state.js';
import type { BatchStates } from '../redis/batch-states.js';
import { baseChunks, type ClosedItem } from '../results/base-chunks.js';
import { roundLine } from '../results/round-outcomes.js';
import { Unwanted, wantedText } from './wanted-text.js';

/** What reading a round works with. */
export interface RoundReaderContext {
  readonly states: BatchStates;
  readonly store: ObjectStore;
}

/**
 * Makes the manifest of a retry from the outcomes that the batch has, then takes those of its items back.
 * What a round selected once stands: its items may be running.
 *
 * @returns How many items it runs.
 * @throws `Unwanted`; what `baseChunks` throws
 */
export async function readRound(
  { states, store }: RoundReaderContext,
  state: BatchState,
  claim: string,
  signal: AbortSignal,
): Promise<number> {
  const { record, round, run, retries } = state;
  const retry = retries.find((it) => it.round === round);
  if (retry === undefined) throw new TypeError(`Expected round ${round} in batch ${record.id}.`);
  const wanted = async (): Promise<void> => {
    if (!(await states.holdsSource(record.id, claim))) throw new Unwanted();
  };
  await storeRound(store, record.folder, retry, signal);
  const files = batchFolder(run.folder);
  let selected = await readDocument<Selected>(store, files.selected);
  if (selected === null) {
    const tally = { failed: 0, cancelled: 0, without: 0 };
    const text = selectedText(store, state, retry, tally, signal);
    await store.putStream(files.manifest, wantedText(text, wanted), {
      contentType: JSON_LINES,
      signal,
    });
    selected = tally;
    await writeDocument(store, files.selected, selected, signal);
  }
  await states.rounds.start(state, selected, claim);
  return selectedItems(selected);
}

async function* selectedText(
  store: ObjectStore,
  { record }: BatchState,
  request: RetryRequest,
  tally: { -readonly [K in keyof Selected]: Selected[K] },
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  for await (const { items } of baseChunks(store, record, signal)) {
    const matching = items.filter(({ outcome }) => isSelected(outcome, request));
    for (const { outcome } of matching) tally[kindOf(outcome)] += 1;
    if (matching.length > 0) yield matching.map(lineOf).join('');
  }
}

/** An item without an outcome was not run either, like one that is cancelled. */
function isSelected(outcome: ItemResult | null, { outcomes, codes }: RetryRequest): boolean {
  if (outcome === null) return outcomes.includes('cancelled');
  if (outcome.status === 'succeeded' || !outcomes.includes(outcome.status)) return false;
  return (
    outcome.status === 'cancelled' || codes === undefined || codes.includes(outcome.error.code)
  );
}

function kindOf(outcome: ItemResult | null): keyof Selected {
  return outcome === null ? 'without' : outcome.status === 'failed' ? 'failed' : 'cancelled';
}

function lineOf({ item, outcome }: ClosedItem): string {
  if (outcome === null || outcome.status === 'succeeded') return roundLine({ item, earlier: [] });
  const { status, round = 1, earlier = [] } = outcome;
  const last: EarlierOutcome =
    outcome.status === 'failed'
      ? { round, status: 'failed', code: outcome.error.code, attempts: outcome.error.attempts }
      : { round, status, attempts: 0 };
  return roundLine({ item, earlier: [...earlier, last] });
}
