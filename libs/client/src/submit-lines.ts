import type { BatchSettingsInput } from '@cropline/contracts';
import type { ApiConnection } from './api-connection.js';
import type { SubmitLinesOptions } from './client-options.js';
import { LineBody, type LineSource } from './line-body.js';
import { NDJSON } from './resumed-download.js';
import { retrying } from './retrying.js';

/** A key that no other request has. Not `randomUUID`, which browsers have on https only. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Sends lines as the body of POST /v1/batches, the settings in its query.
 *
 * @throws What the source of the lines throws, else as any call.
 */
export async function submitLines(
  api: ApiConnection,
  source: LineSource,
  settings: BatchSettingsInput,
  { format, idempotencyKey = newIdempotencyKey(), signal }: SubmitLinesOptions,
): Promise<unknown> {
  const send = async (): Promise<unknown> => {
    const body = new LineBody(source);
    try {
      return await api.json({
        method: 'POST',
        path: '/v1/batches',
        query: { settings: JSON.stringify(settings) },
        headers: { 'idempotency-key': idempotencyKey },
        body: { bytes: body.stream, contentType: format === 'csv' ? 'text/csv' : NDJSON },
        signal,
      });
    } catch (error) {
      throw body.fault === null ? error : body.fault.error;
    } finally {
      await body.end();
    }
  };
  return retrying(send, typeof source === 'function' ? api.retries : 0, signal);
}
