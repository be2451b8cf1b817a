import type { ItemResult } from '@cropline/contracts';
import { stringify } from 'csv-stringify/sync';
import { RESULT_COLUMNS, type ColumnValue } from './result-columns.js';

/**
 * Results as CSV (RFC 4180, lines that end in a newline, UTF-8 without a mark): a row that names the columns,
 * then a row an item. Lists are JSON text; what an outcome does not have is empty. Values stand as they are,
 * also those that a spreadsheet would take for a formula.
 */
export async function* csvResults(
  bunches: AsyncIterable<readonly ItemResult[]>,
): AsyncGenerator<Buffer, void, undefined> {
  yield Buffer.from(stringify([RESULT_COLUMNS.map(({ name }) => name)]));
  for await (const results of bunches) {
    const rows = results.map((result) => RESULT_COLUMNS.map(({ value }) => cell(value(result))));
    yield Buffer.from(stringify(rows));
  }
}

function cell(value: ColumnValue): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
