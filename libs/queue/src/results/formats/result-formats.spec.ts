import { describe, expect, it } from '@jest/globals';
import type { ItemResult, SucceededItem } from '@cropline/contracts';
import { parse } from 'csv-parse/sync';
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import { collected } from '../../testing/collected.js';
import { succeeded } from '../../testing/queue-bench.js';
import { csvResults } from './csv-results.js';
import { parquetResults } from './parquet-results.js';
import { RESULT_COLUMNS } from './result-columns.js';

const cat: ItemResult = {
  ...(succeeded({ id: 'a,"b"\n=1+1', url: 's3://photos/ü.jpg' }) as SucceededItem),
  predictions: [
    { classIndex: 281, label: 'tabby, tabby cat', score: 0.7131245 },
    { classIndex: 282, label: 'tiger "cat"', score: 1e-12 },
  ],
  crops: { policy: 'adaptive', upTo: 'ten', agreement: 0.99, count: 7 },
  model: { name: 'm', digest: 'sha256:0', precision: 'int8', calibration: 'sha256:2' },
  image: { width: 640, height: 480, bytes: 3_000_000_000, format: 'jpeg', digest: 'sha256:1' },
  earlier: [{ round: 1, status: 'failed', code: 'IMAGE_NOT_FOUND', attempts: 3 }],
};
const failed: ItemResult = {
  id: '1',
  url: '',
  status: 'failed',
  error: { code: 'IMAGE_CORRUPT', message: 'cut\r\noff', retryable: false, attempts: 2 },
};
const cancelled: ItemResult = { id: '2', url: 'u', status: 'cancelled', reason: 'expired' };

type Cell = string | number | bigint | boolean | readonly unknown[] | null;
const NOTHING: Readonly<Record<string, null>> = Object.fromEntries(
  RESULT_COLUMNS.map(({ name }) => [name, null]),
);
const ROWS: Readonly<Record<string, Cell>>[] = [
  {
    ...NOTHING,
    id: 'a,"b"\n=1+1',
    url: 's3://photos/ü.jpg',
    status: 'succeeded',
    label: 'tabby, tabby cat',
    class_index: 281,
    score: 0.7131245,
    labels: ['tabby, tabby cat', 'tiger "cat"'],
    class_indexes: [281, 282],
    scores: [0.7131245, 1e-12],
    crop_policy: 'adaptive',
    crops: 7,
    model: 'm',
    model_digest: 'sha256:0',
    precision: 'int8',
    calibration: 'sha256:2',
    width: 640,
    height: 480,
    bytes: 3_000_000_000n,
    format: 'jpeg',
    image_digest: 'sha256:1',
    earlier: '[{"round":1,"status":"failed","code":"IMAGE_NOT_FOUND","attempts":3}]',
    fetch_ms: 1,
    decode_ms: 1,
    queue_ms: 1,
    infer_ms: 1,
    total_ms: 4,
    version: '0.1.0',
  },
  {
    ...NOTHING,
    id: '1',
    url: '',
    status: 'failed',
    error_code: 'IMAGE_CORRUPT',
    error_message: 'cut\r\noff',
    retryable: false,
    attempts: 2,
  },
  { ...NOTHING, id: '2', url: 'u', status: 'cancelled', reason: 'expired' },
];

async function* bunches(...all: ItemResult[][]): AsyncGenerator<ItemResult[]> {
  for (const results of all) yield await Promise.resolve(results);
}

function defined(row: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}

/** A file in memory, as hyparquet reads it. */
async function parquetFile(all: AsyncIterable<ItemResult[]>): Promise<ArrayBuffer> {
  const bytes = await collected(parquetResults(all, 'cropline spec'));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

describe('results as CSV', () => {
  it('have a row an item under the names of the columns, whatever the values hold', async () => {
    const csv = await collected(csvResults(bunches([cat], [], [failed, cancelled])));
    expect(csv.toString().split('\n')[0]).toBe(RESULT_COLUMNS.map(({ name }) => name).join(','));
    const text = (value: Cell): string =>
      value === null ? '' : Array.isArray(value) ? JSON.stringify(value) : String(value);
    expect(parse(csv, { columns: true })).toEqual(
      ROWS.map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, text(value)])),
      ),
    );
  });

  it('are the names of the columns alone where there is none', async () => {
    expect(parse(await collected(csvResults(bunches())))).toHaveLength(1);
  });
});

describe('results as Parquet', () => {
  it('have a row an item in typed columns, lists included', async () => {
    const file = await parquetFile(bunches([cat], [], [failed, cancelled]));
    const rows: readonly Readonly<Record<string, unknown>>[] = await parquetReadObjects({ file });
    // A list that is null is read as undefined.
    expect(rows.map((row) => ({ ...NOTHING, ...defined(row) }))).toEqual(ROWS);
    const metadata = parquetMetadata(file);
    expect(metadata.created_by).toBe('cropline spec');
    expect(
      parquetSchema(metadata).children.map(({ element: { name, type, converted_type } }) => [
        name,
        converted_type ?? type,
      ]),
    ).toEqual(
      RESULT_COLUMNS.map(({ name, type, list }) => [
        name,
        list ? 'LIST' : type === 'STRING' ? 'UTF8' : type,
      ]),
    );
  });

  it('are a file without rows where there is none', async () => {
    const file = await parquetFile(bunches());
    expect(await parquetReadObjects({ file })).toEqual([]);
    expect(parquetMetadata(file).num_rows).toBe(0n);
  });

  it('are written a row group at a time, in order', async () => {
    const total = 25_001;
    let made = 0;
    const source = async function* (): AsyncGenerator<ItemResult[]> {
      while (made < total) {
        const from = made;
        made = Math.min(total, made + 32);
        yield await Promise.resolve(
          Array.from({ length: made - from }, (_, n) => succeeded({ id: `${from + n}`, url: 'u' })),
        );
      }
    };
    const pieces: Buffer[] = [];
    const ahead: number[] = [];
    let sent = 0;
    for await (const piece of parquetResults(source(), 'cropline spec')) {
      pieces.push(piece);
      ahead.push(made - sent);
      sent = made;
    }
    // What comes out of it follows what goes in: it holds one group, not the file.
    expect(Math.max(...ahead)).toBeLessThanOrEqual(10_032);
    const whole = Buffer.concat(pieces);
    const file = whole.buffer.slice(whole.byteOffset, whole.byteOffset + whole.byteLength);
    expect(parquetMetadata(file).row_groups.map(({ num_rows }) => num_rows)).toEqual([
      10_000n,
      10_000n,
      5_001n,
    ]);
    const rows = await parquetReadObjects({ file, columns: ['id'] });
    expect(rows.map(({ id }) => Number(id))).toEqual(Array.from({ length: total }, (_, n) => n));
  });

  it('end a row group early where rows are long', async () => {
    const predictions = Array.from({ length: 100 }, (_, n) => ({
      classIndex: n,
      label: `class ${n}`,
      score: 0.01,
    }));
    const long = { ...cat, predictions };
    const file = await parquetFile(bunches(Array.from({ length: 2_000 }, () => long)));
    const groups = parquetMetadata(file).row_groups.map(({ num_rows }) => Number(num_rows));
    expect(Math.max(...groups)).toBeLessThan(1_800);
    expect(groups.reduce((sum, rows) => sum + rows, 0)).toBe(2_000);
  });
});
