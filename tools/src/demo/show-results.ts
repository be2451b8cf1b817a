import type { ItemResult } from '@cropline/contracts';
import type { DemoImage } from './demo-images.js';
import type { DemoOptions } from './demo-options.js';
import { labelledTable, tally, type LabelledResult } from './labelled-results.js';
import { resultsTable } from './results-table.js';

const ROWS_SHOWN = 40;

/** What came of the images, as lines: a table, how many labels are right where that is known, and the model. */
export function showResults(
  results: readonly ItemResult[],
  images: readonly DemoImage[],
  options: Pick<DemoOptions, 'images'>,
): string[] {
  const labels = new Map(images.map(({ id, label }) => [id, label]));
  const labelled = results.flatMap((result): LabelledResult[] => {
    const expected = labels.get(result.id);
    return expected === undefined ? [] : [{ result, expected }];
  });
  const model = results.find((result) => result.status === 'succeeded')?.model;
  const lines =
    labelled.length > 0
      ? ['', ...labelledTable(labelled), '', `Labels: ${tally(labelled)}.`]
      : ['', ...plainTable(results, options)];
  return model === undefined
    ? lines
    : [...lines, '', `Model, in each result: ${model.name}, ${model.digest}, ${model.precision}`];
}

function plainTable(
  results: readonly ItemResult[],
  { images }: Pick<DemoOptions, 'images'>,
): string[] {
  const lines = resultsTable(results.slice(0, ROWS_SHOWN));
  const rest = results.length - ROWS_SHOWN;
  if (rest > 0) lines.push(`… and ${rest} more, in the files below`);
  if (images === null) {
    lines.push('', 'These are drawings, and the model knows photos: try yours with --images.');
  }
  return lines;
}
