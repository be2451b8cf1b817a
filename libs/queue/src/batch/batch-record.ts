import type {
  BatchPriority,
  BatchSource,
  ClassifyOptions,
  ErrorThreshold,
} from '@cropline/contracts';

/**
 * What is fixed of a batch when it is accepted: the content of batch.json and of the state's `record`. The
 * total of a batch with a source joins it once the source is read.
 */
export interface BatchRecord {
  readonly id: string;
  /** Whose it is; nobody's when it was submitted without a key. */
  readonly tenant?: string;
  /** Prefixes of URLs that its images may be read from; all when left out. */
  readonly read?: readonly string[];
  /** The most items that its tenant may have open, for a total that is known later. */
  readonly maxOpenItems?: number;
  readonly options: ClassifyOptions;
  readonly metadata: Readonly<Record<string, string>>;
  /** Number of items; 0 while its source is yet to be read. */
  readonly total: number;
  /** Where its items come from, when the request did not list them. */
  readonly source?: BatchSource;
  /** Its share of the workers beside other batches; normal when left out. */
  readonly priority?: BatchPriority;
  /** How many failed items end it; none when left out. */
  readonly errorThreshold?: ErrorThreshold;
  /** Seconds from its creation after which it is stopped. */
  readonly expiresAfter?: number;
  /** Seconds from its end after which it is deleted. */
  readonly resultsExpireAfter?: number;
  /** Who is told of its end; the secret lies apart. */
  readonly webhook?: { readonly url: string };
  /** That it was closed and is being deleted: it is not to be entered any more. */
  readonly deleting?: true;
  /** SHA-256 of the request, when it came with an idempotency key. */
  readonly requestDigest?: string;
  /** Items a chunk; the last one may have fewer. */
  readonly chunkSize: number;
  /** The folder of the batch: `s3://bucket/prefix/<id>`. */
  readonly folder: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** The version of Cropline that accepted it. */
  readonly version: string;
}

/** When what is left of a batch is not to be run any more, in milliseconds since 1970; null for never. */
export function expiryOf({
  createdAt,
  expiresAfter,
}: Pick<BatchRecord, 'createdAt' | 'expiresAfter'>): number | null {
  return expiresAfter === undefined ? null : Date.parse(createdAt) + expiresAfter * 1000;
}

/** How many chunks a batch has. */
export function chunkCount({ total, chunkSize }: Pick<BatchRecord, 'total' | 'chunkSize'>): number {
  return Math.ceil(total / chunkSize);
}

/** How many items a chunk of a batch has. */
export function itemsOfChunk(
  { total, chunkSize }: Pick<BatchRecord, 'total' | 'chunkSize'>,
  chunk: number,
): number {
  return Math.min(chunkSize, total - chunk * chunkSize);
}

/** When a batch that ended then is to be deleted, in milliseconds since 1970; null for never. */
export function dueAt(
  { resultsExpireAfter }: Pick<BatchRecord, 'resultsExpireAfter'>,
  finishedAt: number,
): number | null {
  return resultsExpireAfter === undefined ? null : finishedAt + resultsExpireAfter * 1000;
}

/** Whether the manifest of a batch is yet to be made of its source. */
export function isUnread({ source, total }: Pick<BatchRecord, 'source' | 'total'>): boolean {
  return source !== undefined && total === 0;
}
