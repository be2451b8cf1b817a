import type { Batch, ErrorCode, ItemResult } from '@cropline/contracts';

/** What the results of a batch are held against. */
export interface ExpectedResults {
  /** The ids of its items, in the order of the manifest. */
  readonly ids: readonly string[];
  /** The digest of each item's picture, by id; left out when they may be of any. */
  readonly digests?: ReadonlyMap<string, string>;
  /** Codes that items may fail with; left out when they may with any. */
  readonly mayFail?: ReadonlySet<ErrorCode>;
  /** Whether items may be cancelled. */
  readonly mayBeCancelled: boolean;
}

/** What is wrong with the results of a closed batch: an outcome missing, twice, in another order, or another's. */
export function faultsOfResults(
  batch: Batch,
  results: readonly ItemResult[],
  expected: ExpectedResults,
): string[] {
  const faults: string[] = [];
  const { id, counts } = batch;
  const { ids, mayBeCancelled } = expected;
  const wrong = ids.findIndex((item, index) => results[index]?.id !== item);
  if (results.length !== ids.length || wrong >= 0) {
    faults.push(
      `Expected ${ids.length} outcomes of ${id}, one an item in the order of the manifest, but found ` +
        `${results.length}; the first that differs is number ${wrong < 0 ? ids.length : wrong}.`,
    );
  }
  const tally = { succeeded: 0, failed: 0, cancelled: 0 };
  for (const result of results) {
    tally[result.status] += 1;
    const fault = faultOf(result, expected);
    if (fault !== null) faults.push(`Item ${result.id} of ${id}: ${fault}`);
  }
  if (tally.cancelled > 0 && !mayBeCancelled) {
    faults.push(`${tally.cancelled} items of ${id} were cancelled, but it is ${batch.status}.`);
  }
  for (const status of ['succeeded', 'failed', 'cancelled'] as const) {
    if (tally[status] === counts[status]) continue;
    faults.push(`${id} counts ${counts[status]} ${status}, its results ${tally[status]}.`);
  }
  return faults;
}

function faultOf(result: ItemResult, { digests, mayFail }: ExpectedResults): string | null {
  switch (result.status) {
    case 'succeeded':
      if (digests === undefined || result.image.digest === digests.get(result.id)) return null;
      return 'its outcome is that of another picture.';
    case 'failed':
      if (mayFail === undefined || mayFail.has(result.error.code)) return null;
      return `it failed with ${result.error.code} (${result.error.message}), which nothing excuses.`;
    case 'cancelled':
      return null;
  }
}
