import { CroplineError, type ManifestSource } from '@cropline/contracts';
import type { ObjectReader } from '@cropline/storage';
import { CsvError } from 'csv-parse';
import { csvRecords } from './csv-rows.js';
import { createBreather } from './breather.js';
import { keyFilter } from './key-filter.js';
import type { SourceRow, SourceRows } from './source-row.js';
import { unpacked } from './unpacked.js';

/** The largest manifest.json that is read: about 60,000 files. */
const MAX_INVENTORY_MANIFEST_BYTES = 16 * 2 ** 20;
const ROWS_A_BUNCH = 512;

/** What an S3 inventory's manifest.json says that matters here. */
interface Inventory {
  /** `s3://bucket` where its files are. */
  readonly files: readonly string[];
  readonly columns: readonly string[];
}

/**
 * The objects that an S3 inventory lists, from its manifest.json: in the order of its files, only current
 * versions, as far as the globs take them.
 *
 * @throws `SOURCE_INVALID` for what is no inventory, or one in another format than CSV.
 */
export async function* inventoryRows(
  store: ObjectReader,
  source: ManifestSource,
  signal: AbortSignal,
): SourceRows {
  const { files, columns } = await readInventory(store, source.url);
  const rowOf = inventoryRow(columns, keyFilter(source));
  let rows: SourceRow[] = [];
  let line = 0;
  const breathe = createBreather();
  for (const file of files) {
    for await (const record of recordsOf(store, file, source.url, signal)) {
      line += 1;
      await breathe();
      const row = rowOf(record, line);
      if (row !== null) rows.push(row);
      if (rows.length < ROWS_A_BUNCH) continue;
      yield rows;
      rows = [];
    }
  }
  if (rows.length > 0) yield rows;
}

/** The records of one of the files. */
async function* recordsOf(
  store: ObjectReader,
  file: string,
  url: string,
  signal: AbortSignal,
): AsyncGenerator<readonly string[], void, undefined> {
  try {
    const bytes = unpacked(await store.getStream(file, { signal }));
    for await (const { record } of csvRecords(bytes)) yield record;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw noInventory(url, `its file ${file} is no CSV as RFC 4180 has it`);
  }
}

async function readInventory(store: ObjectReader, url: string): Promise<Inventory> {
  const bytes = await store
    .get(url, { maxBytes: MAX_INVENTORY_MANIFEST_BYTES })
    .catch((error: unknown) => {
      if (error instanceof RangeError) throw noInventory(url, "it is larger than any inventory's");
      throw error;
    });
  const { fileFormat, fileSchema, destinationBucket, files } = parseObject(bytes, url);
  if (typeof fileFormat === 'string' && fileFormat !== 'CSV') {
    throw noInventory(
      url,
      `its files are in ${fileFormat.slice(0, 20)}; have the inventory made in CSV`,
    );
  }
  if (
    fileFormat !== 'CSV' ||
    typeof fileSchema !== 'string' ||
    typeof destinationBucket !== 'string' ||
    !Array.isArray(files)
  ) {
    throw noInventory(url, 'fileFormat, fileSchema, destinationBucket or files is missing');
  }
  const columns = fileSchema.split(',').map((name) => name.trim());
  if (!columns.includes('Bucket') || !columns.includes('Key')) {
    throw noInventory(url, 'its fileSchema has no Bucket and Key');
  }
  const bucket = destinationBucket.replace(/^arn:[^:]*:s3:::/, '');
  const keys = files.map((file: unknown) =>
    typeof file === 'object' && file !== null && 'key' in file && typeof file.key === 'string'
      ? file.key
      : null,
  );
  if (keys.includes(null)) throw noInventory(url, 'one of its files has no key');
  return { columns, files: keys.map((key) => `s3://${bucket}/${key ?? ''}`) };
}

function parseObject(bytes: Buffer, url: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Told below.
  }
  throw noInventory(url, 'it is no JSON object');
}

/** Makes a row of a record; null for what is no item. */
function inventoryRow(
  columns: readonly string[],
  taken: (key: string) => boolean,
): (record: readonly string[], line: number) => SourceRow | null {
  const [bucketAt, keyAt, latestAt, deletedAt] = [
    'Bucket',
    'Key',
    'IsLatest',
    'IsDeleteMarker',
  ].map((name) => columns.indexOf(name)) as [number, number, number, number];
  return (record, line) => {
    if (record[latestAt] === 'false' || record[deletedAt] === 'true') return null;
    const bucket = record[bucketAt] ?? '';
    const key = decodedKey(record[keyAt] ?? '');
    if (bucket === '' || key === null) {
      return {
        line,
        fault: 'Expected a bucket and a URL-encoded key, as S3 inventories have them',
      };
    }
    return taken(key) ? { line, value: { url: `s3://${bucket}/${key}` } } : null;
  };
}

/** A key as an inventory in CSV writes it: URL-encoded. */
function decodedKey(text: string): string | null {
  try {
    return text === '' ? null : decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

function noInventory(url: string, what: string): CroplineError {
  return new CroplineError(
    'SOURCE_INVALID',
    `Expected the manifest.json of an S3 inventory at ${url}, but ${what}.`,
  );
}
