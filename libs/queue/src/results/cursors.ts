import { CroplineError } from '@cropline/contracts';
import { isBatchId } from '../batch/batch-id.js';

/** Where a reader of results stands: at a line of a chunk. */
export interface ResultsPosition {
  readonly chunk: number;
  readonly line: number;
  /** Where that chunk begins in the manifest, in bytes. */
  readonly offset: number;
}

/** The first result of a batch. */
export const RESULTS_START: ResultsPosition = { chunk: 0, line: 0, offset: 0 };

/** A position as callers carry it. */
export function writeResultsCursor({ chunk, line, offset }: ResultsPosition): string {
  return Buffer.from(`r:${chunk}:${line}:${offset}`).toString('base64url');
}

/** @throws `CURSOR_INVALID` */
export function readResultsCursor(cursor: string): ResultsPosition {
  const numbers = /^r:(\d{1,9}):(\d{1,9}):(\d{1,15})$/.exec(decoded(cursor));
  if (numbers === null) throw invalid(cursor);
  const [chunk, line, offset] = numbers.slice(1).map(Number);
  return { chunk: chunk ?? 0, line: line ?? 0, offset: offset ?? 0 };
}

/** The last batch of a page as callers carry it. */
export function writeBatchCursor(id: string): string {
  return Buffer.from(`b:${id}`).toString('base64url');
}

/** @throws `CURSOR_INVALID` */
export function readBatchCursor(cursor: string): string {
  const [kind, id = ''] = decoded(cursor).split(':');
  if (kind !== 'b' || !isBatchId(id)) throw invalid(cursor);
  return id;
}

function decoded(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString();
}

function invalid(cursor: string): CroplineError {
  return new CroplineError(
    'CURSOR_INVALID',
    `Expected a cursor as an earlier page's nextCursor gave it, but received ${JSON.stringify(cursor.slice(0, 64))}; start again without one.`,
  );
}
