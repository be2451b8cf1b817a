import { open, rename, rm } from 'node:fs/promises';

/**
 * Writes a file that appears under its name when it is whole and on disk; until then, and if anything goes
 * wrong, what was there before stays.
 *
 * @throws what the file system says
 */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    const handle = await open(partial, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
