import {
  CroplineError,
  manifestFormat,
  MAX_BATCH_ITEMS,
  MAX_MANIFEST_BYTES,
  type BatchSource,
  type ErrorCode,
  type ManifestSource,
} from '@cropline/contracts';
import type { ObjectReader } from '@cropline/storage';
import { csvRows } from './csv-rows.js';
import { inventoryRows } from './inventory-rows.js';
import { manifestText, type ItemTally, type Refusal } from './item-check.js';
import { jsonRows } from './json-rows.js';
import { prefixRows } from './prefix-rows.js';
import type { SourceRows } from './source-row.js';
import { atMost, UnpackError, unpacked } from './unpacked.js';

/**
 * The text of a batch's manifest, read from its source page by page.
 *
 * @throws `SOURCE_NOT_FOUND`, `SOURCE_ACCESS_DENIED`, `SOURCE_EMPTY`, `SOURCE_INVALID` (with the line),
 *   `SOURCE_TOO_LARGE`; `STORAGE_UNAVAILABLE`, which may pass.
 */
export async function* readSource(
  store: ObjectReader,
  source: BatchSource,
  tally: ItemTally,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  try {
    yield* manifestText(rowsOf(store, source, signal), tally, refusalOf(source));
  } catch (error) {
    throw sourceFault(error, source);
  }
  if (tally.items > 0) return;
  throw new CroplineError(
    'SOURCE_EMPTY',
    `Expected images at ${source.url}, but there is none${source.type === 's3Prefix' ? '; check the prefix and what include and exclude leave of it' : ''}; mend the source and submit the batch again.`,
  );
}

function rowsOf(store: ObjectReader, source: BatchSource, signal: AbortSignal): SourceRows {
  if (source.type === 's3Prefix') return prefixRows(store, source, signal);
  switch (manifestFormat(source)) {
    case 'jsonl':
      return jsonRows(manifestBytes(store, source, signal));
    case 'csv':
      return csvRows(manifestBytes(store, source, signal));
    case 's3-inventory':
      return inventoryRows(store, source, signal);
  }
}

async function* manifestBytes(
  store: ObjectReader,
  { url }: ManifestSource,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = await store.getStream(url, { signal });
  const tooLarge = (): CroplineError =>
    new CroplineError(
      'SOURCE_TOO_LARGE',
      `Expected a manifest of at most ${MAX_MANIFEST_BYTES / 2 ** 30} GiB when unpacked, but ${url} has more; split it.`,
    );
  yield* atMost(unpacked(stream), MAX_MANIFEST_BYTES, tooLarge);
}

function refusalOf({ url }: BatchSource): Refusal {
  return {
    readOn: false,
    invalid: ([first]) =>
      new CroplineError(
        'SOURCE_INVALID',
        `Expected every line of ${url} to be an item, but line ${first?.line ?? 0} is not: ${first?.message ?? ''}; mend it and submit the batch again.`,
      ),
    tooMany: () =>
      new CroplineError(
        'SOURCE_TOO_LARGE',
        `Expected at most ${MAX_BATCH_ITEMS.toLocaleString('en')} items, but ${url} has more; split it into several batches.`,
      ),
  };
}

const SOURCE_CODES: Partial<Record<ErrorCode, readonly [code: ErrorCode, remedy: string]>> = {
  STORAGE_OBJECT_NOT_FOUND: ['SOURCE_NOT_FOUND', 'Check the source and submit the batch again.'],
  STORAGE_ACCESS_DENIED: [
    'SOURCE_ACCESS_DENIED',
    'Grant the service list and read there, and submit the batch again.',
  ],
  STORAGE_LOCATION_INVALID: ['SOURCE_INVALID', 'Mend the source and submit the batch again.'],
};

/** What an error of reading a source means for its batch. */
function sourceFault(error: unknown, { url }: BatchSource): unknown {
  if (error instanceof UnpackError) {
    return new CroplineError(
      'SOURCE_INVALID',
      `Expected ${url} to be packed with gzip as it begins, but it is cut short or damaged; upload it again and submit the batch again.`,
      { cause: error },
    );
  }
  if (!(error instanceof CroplineError)) return error;
  const [code, remedy] = SOURCE_CODES[error.code] ?? [];
  if (code === undefined || remedy === undefined) return error;
  return new CroplineError(code, `${error.message} ${remedy}`, { cause: error });
}
