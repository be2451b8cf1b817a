import { CroplineClient } from '@cropline/client';
import type { CropPolicyName } from '@cropline/contracts';
import type { Stack } from '@cropline/tools';

/** Twice as often as the client by itself: a look costs the machine 3 ms, and a late one is time that is not the system's. */
const POLL_MS = 500;

/** What a worker measured of itself while it was saturated. Milliseconds. */
export interface EventLoopDelay {
  readonly p99: number;
}

/**
 * Images a second through the whole system: from the request that submits the batch to the answer that says
 * `completed`, so planning, fetching, writing parts, joining results and polling all count.
 */
export async function runSystem(
  stack: Stack,
  urls: readonly string[],
  policy: CropPolicyName,
): Promise<number> {
  const client = new CroplineClient({ baseUrl: stack.apiUrl });
  const started = performance.now();
  const { id } = await client.createBatch({
    items: urls.map((url) => ({ url })),
    options: { crops: policy },
  });
  for await (const batch of client.watch(id, { intervalMs: POLL_MS })) {
    if (batch.status !== 'completed' || batch.counts.succeeded === urls.length) continue;
    throw new Error(`The batch ended with ${JSON.stringify(batch.counts)}`);
  }
  return (urls.length * 1000) / (performance.now() - started);
}

/** Has the worker measure its event loop anew. */
export async function resetEventLoop(healthUrl: string): Promise<void> {
  await fetch(`${healthUrl}/status/reset`, { method: 'POST' });
}

/** The delay of the worker's event loop since the last reset. */
export async function readEventLoop(healthUrl: string): Promise<EventLoopDelay> {
  const response = await fetch(`${healthUrl}/status`);
  const { eventLoopDelayMs } = (await response.json()) as { eventLoopDelayMs: EventLoopDelay };
  return eventLoopDelayMs;
}
