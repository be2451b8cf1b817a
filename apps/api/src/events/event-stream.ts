import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { FINAL_STATUSES, type Batch } from '@cropline/contracts';
import type { Request, Response } from 'express';

/** How often something is sent when there is nothing to tell, so that no proxy takes the line for dead. */
const HEARTBEAT_MS = 15_000;
/** After how long a reader whose line is cut should come back, in milliseconds. */
const COME_BACK_MS = 2_000;

/**
 * Sends a batch as server-sent events: `progress` whenever it has changed, `finished` when it has its final
 * status, and then the end. Every event has an id that stands for what it tells, so that a reader who comes
 * back with `Last-Event-ID`, to whichever instance, is not told it again; one who was told the end is
 * answered 204, on which an EventSource stays away.
 *
 * The first is awaited before anything is sent, so that what is wrong from the start is an error answer.
 *
 * @param left Aborted when the reader leaves or the API stops.
 * @throws What the source throws.
 */
export async function sendEvents(
  batches: AsyncIterable<Batch>,
  { request, response, left }: { request: Request; response: Response; left: AbortSignal },
  heartbeatMs = HEARTBEAT_MS,
): Promise<void> {
  const lastId = request.header('last-event-id');
  let heartbeat: NodeJS.Timeout | undefined;
  try {
    for await (const batch of batches) {
      if (left.aborted) break;
      const known = eventId(batch) === lastId;
      if (!response.headersSent) {
        if (known && FINAL_STATUSES.has(batch.status)) {
          response.status(204).end();
          return;
        }
        begin(response);
        if (request.method === 'HEAD') break;
        response.write(`retry: ${COME_BACK_MS}\n\n`);
        heartbeat = setInterval(() => response.write(': nothing new\n\n'), heartbeatMs);
      }
      if (known || response.write(event(batch))) continue;
      // Who reads slowly is told less often, and nothing piles up.
      await once(response, 'drain', { signal: left });
    }
  } catch (error) {
    if (!left.aborted) throw error;
  } finally {
    clearInterval(heartbeat);
  }
  // An API that stops before there was anything to tell leaves its readers to the next one all the same.
  if (!response.headersSent) begin(response);
  response.end();
}

function begin(response: Response): void {
  response
    .status(200)
    .setHeader('content-type', 'text/event-stream; charset=utf-8')
    .setHeader('cache-control', 'no-store, no-transform')
    // nginx would hold events back until its buffer is full.
    .setHeader('x-accel-buffering', 'no')
    .flushHeaders();
}

function event(batch: Batch): string {
  const name = FINAL_STATUSES.has(batch.status) ? 'finished' : 'progress';
  return `id: ${eventId(batch)}\nevent: ${name}\ndata: ${JSON.stringify(batch)}\n\n`;
}

function eventId(batch: Batch): string {
  return createHash('sha256').update(JSON.stringify(batch)).digest('base64url').slice(0, 22);
}
