import { Readable } from 'node:stream';
import { CsvError, parse, type Info } from 'csv-parse';
import { MAX_LINE_BYTES, type SourceRow, type SourceRows } from './source-row.js';

const ROWS_A_BUNCH = 512;

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: Info;
}

/**
 * The rows of CSV (RFC 4180) whose first record names its columns: `url`, and `id` where items have one;
 * an empty id counts as none. What cannot be read on, such as a quote that is never closed, ends the list
 * with a fault.
 */
export async function* csvRows(bytes: AsyncIterable<Uint8Array>): SourceRows {
  let columns: readonly string[] | null = null;
  let rows: SourceRow[] = [];
  // A record is told where it ends; it begins behind the end of the one before.
  let line = 1;
  try {
    for await (const { record, info } of csvRecords(bytes)) {
      const begins = line;
      line = info.lines + 1;
      if (columns === null) {
        const fault = headerFault(record);
        if (fault !== null) {
          yield [{ line: begins, fault }];
          return;
        }
        columns = record.map((name) => name.trim().toLowerCase());
        continue;
      }
      rows.push(csvRow(begins, columns, record));
      if (rows.length < ROWS_A_BUNCH) continue;
      yield rows;
      rows = [];
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const fault = `Expected CSV as RFC 4180 has it; ${error.message.replace(/\.$/, '')}; nothing after it was read`;
    // What was parsed and not read is lost with the parser; its own line is where it stood.
    const at: unknown = error['lines'];
    rows.push({ line: typeof at === 'number' ? at : line, fault });
  }
  if (rows.length > 0) yield rows;
}

/** The records of CSV, with where each ends; one longer than a line may be is an error. */
export async function* csvRecords(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<CsvRecord, void, undefined> {
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_LINE_BYTES,
  });
  const source = Readable.from(bytes, { objectMode: false });
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    yield* parser as AsyncIterable<CsvRecord>;
  } finally {
    source.destroy();
    parser.destroy();
  }
}

function headerFault(header: readonly string[]): string | null {
  const names = header.map((name) => name.trim().toLowerCase());
  const unknown = names.find((name) => name !== 'id' && name !== 'url');
  if (names.includes('url') && unknown === undefined && new Set(names).size === names.length) {
    return null;
  }
  return 'Expected a first line that names the columns: url, or id and url, and no others';
}

function csvRow(line: number, columns: readonly string[], record: readonly string[]): SourceRow {
  if (record.length !== columns.length) {
    const fault = `Expected ${columns.length} ${columns.length === 1 ? 'value' : 'values'}, one a column, but received ${record.length}`;
    return { line, fault };
  }
  const id = record[columns.indexOf('id')];
  const url = record[columns.indexOf('url')];
  return { line, value: id === undefined || id === '' ? { url } : { id, url } };
}
