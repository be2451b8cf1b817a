import { describeCause } from '@cropline/contracts';
import type { ServerOutlook } from './examination.js';

const TIMEOUT_MS = 5000;

/** Whether something answers where S3 should be: any answer will do, since what it allows is known of buckets alone. */
export async function pingS3(endpoint: string): Promise<ServerOutlook> {
  const address = new URL(endpoint).origin;
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    await answer.body?.cancel();
    return { name: 'S3', address, absence: null };
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const why = (cause as NodeJS.ErrnoException).code ?? describeCause(cause);
    return {
      name: 'S3',
      address,
      absence: `it cannot be reached (${String(why)}): check S3_ENDPOINT`,
    };
  }
}
