import {
  CROPLINE_VERSION,
  CroplineError,
  FINAL_STATUSES,
  type ItemResult,
} from '@cropline/contracts';
import type { ByteRange, ObjectStore } from '@cropline/storage';
import { batchFolder } from '../batch/batch-folder.js';
import { splitLines } from '../manifest/read-lines.js';
import type { BatchSnapshot } from '../redis/batch-snapshot.js';
import { csvResults } from './formats/csv-results.js';
import { parquetResults } from './formats/parquet-results.js';
import { parseResult } from './part-lines.js';
import { resultTest, type ResultsFilter, type ResultTest } from './result-filter.js';
import { resultText, resultTextFrom } from './result-text.js';

/** What results are written as. */
export type ResultsFormat = 'jsonl' | 'csv' | 'parquet';

/** Which results are wanted as a file, and as what. */
export interface ResultFileQuery extends ResultsFilter {
  readonly format: ResultsFormat;
  /** JSONL only: begins where the page that gave it ended. */
  readonly cursor?: string | undefined;
}

/** Results as a file: all there are at the moment that match, in manifest order. */
export interface ResultFile {
  /** What is known of it when it will not change: then ranges of it can be read. */
  readonly stored: { readonly bytes: number; readonly etag: string } | null;
  /**
   * Its bytes as they are made; with `stored` alone, a range of them.
   *
   * @throws `CURSOR_INVALID`; `STORAGE_UNAVAILABLE` when what is stored was written anew meanwhile.
   */
  readonly read: (range?: ByteRange) => AsyncIterable<Buffer>;
}

/** The results of a batch as a file. Nothing is read of them yet. */
export async function resultFile(
  store: ObjectStore,
  snapshot: BatchSnapshot,
  { format, cursor, ...filter }: ResultFileQuery,
): Promise<ResultFile> {
  const { record, status } = snapshot.state;
  const test = resultTest(filter);
  if (cursor !== undefined) {
    return { stored: null, read: () => resultTextFrom(store, snapshot, filter, cursor) };
  }
  if (format === 'jsonl' && test === null && FINAL_STATUSES.has(status)) {
    return storedFile(store, batchFolder(record.folder).results);
  }
  const text = (): AsyncIterable<Buffer> => resultText(store, snapshot, filter);
  switch (format) {
    case 'jsonl':
      return { stored: null, read: () => (test === null ? text() : matching(text(), test)) };
    case 'csv':
      return { stored: null, read: () => csvResults(bunches(text(), test)) };
    case 'parquet':
      return {
        stored: null,
        read: () => parquetResults(bunches(text(), test), `cropline ${CROPLINE_VERSION}`),
      };
  }
}

async function storedFile(store: ObjectStore, url: string): Promise<ResultFile> {
  const facts = await store.head(url);
  if (facts === null) {
    throw new CroplineError(
      'STORAGE_OBJECT_NOT_FOUND',
      `There is nothing at ${url}, where the results of the batch were; submit it again.`,
    );
  }
  const { bytes, etag } = facts;
  const read = async function* (range?: ByteRange): AsyncGenerator<Buffer, void, undefined> {
    const stream = await store.getStream(url, {
      ...(range === undefined ? {} : { range }),
      ...(etag === undefined ? {} : { etag }),
    });
    yield* stream as AsyncIterable<Buffer>;
  };
  return { stored: etag === undefined ? null : { bytes, etag }, read };
}

async function* matching(
  text: AsyncIterable<Buffer>,
  test: NonNullable<ResultTest>,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const lines of text) {
    const wanted = [...splitLines(lines)].filter((line) => test(parseResult(line)));
    if (wanted.length > 0) yield Buffer.concat(wanted.flatMap((line) => [line, NEWLINE]));
  }
}

const NEWLINE = Buffer.from('\n');

async function* bunches(
  text: AsyncIterable<Buffer>,
  test: ResultTest,
): AsyncGenerator<ItemResult[], void, undefined> {
  for await (const lines of text) {
    const results = [...splitLines(lines)].map(parseResult);
    yield test === null ? results : results.filter(test);
  }
}
