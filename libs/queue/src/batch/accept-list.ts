import { createHash } from 'node:crypto';
import { CroplineError, MAX_BATCH_ITEMS, MAX_MANIFEST_BYTES } from '@cropline/contracts';
import { joinS3Url, type ObjectStore } from '@cropline/storage';
import type { ItemList } from '../batch-service.js';
import { locationForbidden, type UrlCheck } from '../locations/check-locations.js';
import { csvRows } from '../sources/csv-rows.js';
import { manifestText, type Refusal } from '../sources/item-check.js';
import { jsonRows } from '../sources/json-rows.js';
import { atMost, unpacked, UnpackError } from '../sources/unpacked.js';
import { newRecord, storeNewRecord, type Submission } from './accept-batch.js';
import { batchFolder, JSON_LINES } from './batch-folder.js';
import type { BatchRecord } from './batch-record.js';

/** What becomes of a list while it is stored. */
export interface ListControl {
  /** The digest of the whole request, given that of the list; only for requests with an idempotency key. */
  readonly digest?: (listDigest: string) => string;
  /** Whether the images may be read from where they lie. */
  readonly urlCheck: UrlCheck;
  /** Asked when so many items were read, which is all, before anything can be seen of them. @throws to store nothing */
  readonly wanted: (items: number) => Promise<void>;
}

/**
 * Writes a list of items into the manifest as it arrives, in constant memory, then the record. A list with
 * a fault leaves nothing behind.
 *
 * @throws `REQUEST_INVALID` with the faults and their lines, `LOCATION_FORBIDDEN` when all of them are of locations;
 *   `REQUEST_TOO_LARGE`
 */
export async function storeListSubmission(
  store: ObjectStore,
  submission: Submission,
  list: ItemList,
  { digest, urlCheck, wanted }: ListControl,
): Promise<BatchRecord> {
  const files = batchFolder(joinS3Url(submission.outputUrl, submission.id));
  const tally = { items: 0 };
  const hash = createHash('sha256');
  const bytes = digest === undefined ? list.bytes : noted(list.bytes, (it) => hash.update(it));
  const items = async function* (): AsyncGenerator<string, void, undefined> {
    yield* listItems({ ...list, bytes }, tally, urlCheck);
    await wanted(tally.items);
  };
  await store.putStream(files.manifest, items(), { contentType: JSON_LINES });
  const requestDigest = digest?.(hash.digest('hex'));
  const record = newRecord(
    { ...submission, ...(requestDigest === undefined ? {} : { requestDigest }) },
    tally.items,
  );
  try {
    await storeNewRecord(store, record, submission.settings?.webhook);
  } catch (error) {
    await Promise.allSettled([files.manifest, files.webhook].map((url) => store.delete(url)));
    throw error;
  }
  return record;
}

/** A list that may have come packed with gzip, as it was before. */
export function plainList({ format, bytes }: ItemList): ItemList {
  const plain = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* unpacked(bytes);
    } catch (cause) {
      if (!(cause instanceof UnpackError)) throw cause;
      throw new CroplineError(
        'REQUEST_MALFORMED',
        'Expected a whole body in gzip, as it begins, but it was cut short or is damaged.',
        { cause },
      );
    }
  };
  return { format, bytes: plain() };
}

/** The digest of a list that is read for nothing else. */
export async function listDigest({ bytes }: ItemList): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of atMost(bytes, MAX_MANIFEST_BYTES, tooLarge)) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * The text of a manifest from a list, checked as it is read; how many items it had, at its end.
 *
 * @throws `REQUEST_INVALID` with the faults and their lines, `LOCATION_FORBIDDEN` when all of them are of locations;
 *   `REQUEST_TOO_LARGE`
 */
export async function* listItems(
  { format, bytes }: ItemList,
  tally: { items: number },
  urlCheck: UrlCheck,
): AsyncGenerator<string, void, undefined> {
  const limited = atMost(bytes, MAX_MANIFEST_BYTES, tooLarge);
  yield* manifestText(
    format === 'csv' ? csvRows(limited) : jsonRows(limited),
    tally,
    REFUSAL,
    urlCheck,
  );
  if (tally.items === 0) {
    throw new CroplineError(
      'REQUEST_INVALID',
      'Expected at least one item, one a line, but received none.',
      { details: { errors: [{ path: 'line 1', message: 'Expected an item' }], errorCount: 1 } },
    );
  }
}

const REFUSAL: Refusal = {
  readOn: true,
  invalid: (errors, errorCount) =>
    new CroplineError(
      'REQUEST_INVALID',
      `Expected every line to be an item, but line ${errors[0]?.line ?? 0} is not: ${errors[0]?.message ?? ''}${
        errorCount > 1
          ? `, and there ${errorCount === 2 ? 'is 1 more fault' : `are ${errorCount - 1} more faults`} (see errors)`
          : ''
      }.`,
      { details: { errors, errorCount } },
    ),
  forbidden: locationForbidden,
  tooMany: () =>
    new CroplineError(
      'REQUEST_TOO_LARGE',
      `Expected at most ${MAX_BATCH_ITEMS.toLocaleString('en')} items, but received more: split them into several batches.`,
    ),
};

function tooLarge(): CroplineError {
  return new CroplineError(
    'REQUEST_TOO_LARGE',
    `Expected a list of at most ${MAX_MANIFEST_BYTES / 2 ** 30} GiB when unpacked, but received more: split it into several batches.`,
  );
}

async function* noted(
  bytes: AsyncIterable<Uint8Array>,
  note: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of bytes) {
    note(chunk);
    yield chunk;
  }
}
