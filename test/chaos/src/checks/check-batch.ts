import type { Batch } from '@cropline/contracts';

/** What is wrong with a batch as it is shown at any moment, given how many items it was made of. */
export function faultsOfBatch(batch: Batch, items: number): string[] {
  const { id, status, counts, output } = batch;
  const { total, pending, succeeded, failed, cancelled } = counts;
  const shown = `${id} (${status}, ${JSON.stringify(counts)})`;
  const faults: string[] = [];
  if (total !== pending + succeeded + failed + cancelled) {
    faults.push(`Counts do not add up: ${shown}.`);
  }
  if (Math.min(...Object.values(counts)) < 0) faults.push(`A count is below none: ${shown}.`);
  // The items of a source are not counted before they are read.
  if (total !== items && (total !== 0 || status !== 'validating')) {
    faults.push(`Expected ${items} items: ${shown}.`);
  }
  const closed = output.results !== null;
  if (closed && pending > 0) faults.push(`Closed with items that have no outcome: ${shown}.`);
  return faults;
}
