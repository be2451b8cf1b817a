import { expect } from '@jest/globals';
import type { Batch, ErrorCode, ItemResult, RetryRequest } from '@cropline/contracts';
import type { BatchService } from '../batch-service.js';
import type { ChunkProcessor } from '../chunk-consumer.js';
import { succeeded, until } from './queue-bench.js';

/** What is asked for when nothing else is said. */
export const FAILED: RetryRequest = { outcomes: ['failed'] };

/**
 * A processor that fails the items whose number is a multiple of 10 (not found) or of 7 (denied), unless
 * those of the code are said to be well by now; it notes what it ran.
 */
export function flaky(isWell: (code: ErrorCode) => boolean, ran: string[] = []): ChunkProcessor {
  return ({ items }) => {
    ran.push(...items.map(({ id }) => id));
    return Promise.resolve(
      items.map((item): ItemResult => {
        const n = Number(item.id.slice('item-'.length));
        const code =
          n % 10 === 0 ? 'IMAGE_NOT_FOUND' : n % 7 === 0 ? 'IMAGE_ACCESS_DENIED' : undefined;
        if (code === undefined || isWell(code)) return succeeded(item);
        const error = { code, message: 'no', retryable: false, attempts: 3 } as const;
        return { ...item, status: 'failed', error };
      }),
    );
  };
}

/** The batch when that round has ended; at every look its counts add up. */
export function untilRound(service: BatchService, id: string, round: number): Promise<Batch> {
  return until(
    () => service.get(id),
    (batch) => {
      expectAddingUp(batch);
      return batch.retries.at(-1)?.round === round && batch.finishedAt !== null;
    },
  );
}

/** Promise 2. */
export function expectAddingUp({ counts }: Batch): void {
  const { total, pending, succeeded: done, failed, cancelled } = counts;
  expect(pending + done + failed + cancelled).toBe(total);
  expect(Math.min(pending, done, failed, cancelled)).toBeGreaterThanOrEqual(0);
}
