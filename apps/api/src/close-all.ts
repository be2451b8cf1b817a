import { describeCause } from '@cropline/contracts';
import type { Logger } from 'pino';

/** Something that was opened, and how it is closed. */
export interface Opened {
  readonly name: string;
  readonly close: () => unknown;
}

/**
 * Closes what was opened, the last first. What fails to close, or does not within `patienceMs` (its server may
 * be away), gets a warning and is left behind: the process ends anyway, and nothing that was accepted is only
 * in memory.
 */
export async function closeAll(
  opened: readonly Opened[],
  patienceMs: number,
  log: Logger,
): Promise<void> {
  for (const { name, close } of [...opened].reverse()) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new Error(`it took longer than ${patienceMs} ms`);
      timer = setTimeout(() => reject(error), patienceMs);
    });
    try {
      await Promise.race([close(), late]);
    } catch (error) {
      log.warn({ name, error: describeCause(error) }, 'could not be closed; left behind');
    } finally {
      clearTimeout(timer);
    }
  }
}
