import type { CancelReason, Item, ItemResult, ModelRef } from '@cropline/contracts';
import type { Outcomes } from '../redis/batch-state.js';

/** The outcomes of a chunk as the text of its part: one line an item. */
export function partText(results: readonly ItemResult[]): string {
  return results.map((result) => `${JSON.stringify(result)}\n`).join('');
}

/** The outcome of an item that was not run because its batch was stopped. */
export function cancelledResult({ id, url }: Item, reason: CancelReason): ItemResult {
  return { id, url, status: 'cancelled', reason };
}

/** How many outcomes there are of each kind. */
export function countOutcomes(results: readonly Pick<ItemResult, 'status'>[]): Outcomes {
  const counts = { succeeded: 0, failed: 0, cancelled: 0 };
  for (const { status } of results) counts[status] += 1;
  return counts;
}

/** The model that the outcomes came from, or null when none has one. */
export function modelOf(results: readonly ItemResult[]): ModelRef | null {
  for (const result of results) if (result.status === 'succeeded') return result.model;
  return null;
}

/** Reads a line of a part or of results.jsonl, which this package wrote itself. */
export function parseResult(line: Buffer): ItemResult {
  return JSON.parse(line.toString()) as ItemResult;
}

/** Whether there is one outcome for each of the items, in their order. */
export function isOutcomeOf(items: readonly Item[], results: readonly ItemResult[]): boolean {
  return results.length === items.length && results.every(({ id }, n) => id === items[n]?.id);
}
