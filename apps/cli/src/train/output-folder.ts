import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describeCause } from '@cropline/contracts';
import { usageError } from '../command/usage-error.js';

/** Where a training writes. */
export interface OutputFolder {
  readonly path: string;
  readonly checkpoints: string;
}

/**
 * Makes the folder that a training writes to.
 *
 * @throws `USAGE_INVALID` when it cannot be made, holds something and nothing is resumed, or nothing is there
 *   to resume
 */
export async function openOutputFolder(path: string, resume: boolean): Promise<OutputFolder> {
  const folder = { path, checkpoints: join(path, 'checkpoints') };
  const names = await made(path);
  if (!resume && names.length > 0) {
    throw usageError(
      `Expected a new or empty folder for --out but ${path} holds ${names[0] ?? ''}. Name another one, or go on with --resume.`,
    );
  }
  if (resume && !names.includes('checkpoints')) {
    throw usageError(
      `Expected a training to go on with but ${path} holds no checkpoints. Leave --resume out to begin one.`,
    );
  }
  return folder;
}

async function made(path: string): Promise<string[]> {
  try {
    await mkdir(path, { recursive: true });
    return await readdir(path);
  } catch (error) {
    throw usageError(
      `Expected a folder for --out but ${path} cannot be made or read (${describeCause(error)}). Name another one.`,
    );
  }
}
