import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Does some work and then cleans up after it, whether it ends well, throws, or the process exits in the middle
 * of it (main turns signals into exits).
 */
export async function cleaningUp<Result>(
  clean: () => void,
  work: () => Promise<Result>,
): Promise<Result> {
  process.once('exit', clean);
  try {
    return await work();
  } finally {
    process.off('exit', clean);
    clean();
  }
}

/** Works in a temporary folder, which is removed afterwards. */
export function inTemporaryFolder<Result>(
  name: string,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), `cropline-${name}-`));
  return cleaningUp(
    () => rmSync(folder, { recursive: true, force: true }),
    () => work(folder),
  );
}
