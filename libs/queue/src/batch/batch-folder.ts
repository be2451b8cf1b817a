import { joinS3Url } from '@cropline/storage';
import type { BatchKind } from './batch-id.js';

/** Content type of the JSON lines files. */
export const JSON_LINES = 'application/x-ndjson';

/** Where everything of one batch lies in object storage. */
export interface BatchFolder {
  /** Its items, one `{"id","url"}` a line. */
  readonly manifest: string;
  /** Its durable record. */
  readonly record: string;
  /** That a caller had it stopped. */
  readonly stop: string;
  /** Every outcome in manifest order, once it is closed. */
  readonly results: string;
  /** The outcomes other than succeeded, once it is closed. */
  readonly errors: string;
  /** What the outcomes come to, once it is closed. */
  readonly summary: string;
  /** The closing document. */
  readonly closing: string;
  /** How many items a round runs again, once its manifest is written. */
  readonly selected: string;
  /** Its webhook with the secret, which is nowhere else. */
  readonly webhook: string;
  /** How the last message to its webhook went, once that is settled. */
  readonly deliveries: string;
  /** The uploaded image of a classification. */
  readonly input: string;
  /** The outcomes of one chunk, in manifest order. */
  readonly part: (chunk: number) => string;
}

/** Names the files of the batch whose folder this is. */
export function batchFolder(url: string): BatchFolder {
  return {
    manifest: joinS3Url(url, 'manifest.jsonl'),
    record: joinS3Url(url, 'batch.json'),
    stop: joinS3Url(url, 'stop.json'),
    results: joinS3Url(url, 'results.jsonl'),
    errors: joinS3Url(url, 'errors.jsonl'),
    summary: joinS3Url(url, 'summary.json'),
    closing: joinS3Url(url, 'manifest.json'),
    selected: joinS3Url(url, 'selected.json'),
    webhook: joinS3Url(url, 'webhook.json'),
    deliveries: joinS3Url(url, 'webhook-deliveries.json'),
    input: joinS3Url(url, 'input'),
    part: (chunk) => joinS3Url(url, 'parts', `${String(chunk).padStart(6, '0')}.jsonl`),
  };
}

/**
 * Everything that a batch may write into its folder; rounds of items that were run again have the same
 * below `retries`. Names that are not here are never deleted.
 */
const WRITTEN =
  /^(?:retries\/\d{4}\/)?(?:(?:manifest|results|errors|parts\/\d{6,})\.jsonl|(?:batch|manifest|summary|stop|webhook|webhook-deliveries|selected)\.json)$/;

/** Whether a batch of this kind writes a file of this name, relative to its folder. */
export function isBatchFile(name: string, kind: BatchKind): boolean {
  return WRITTEN.test(name) || (kind === 'classification' && name === 'input');
}

/** The chunk whose part has this URL; null for an object that is no part. */
export function chunkOfPart(url: string): number | null {
  const [, digits] = /\/parts\/(\d{6,})\.jsonl$/.exec(url) ?? [];
  return digits === undefined ? null : Number(digits);
}
