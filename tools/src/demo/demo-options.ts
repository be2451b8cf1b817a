import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  CROPS_TEXT_HELP,
  CroplineError,
  cropsFaults,
  cropsTextSchema,
  type Crops,
} from '@cropline/contracts';
import { parseOptions } from '../parse-options.js';
import { readSeed } from '../drawn/draw-options.js';

/** What `npm run demo` was asked for. */
export interface DemoOptions {
  /** A folder of the user's own images; null for the drawn ones. */
  readonly images: string | null;
  readonly crops: Crops;
  /** Which labelled pictures are drawn; null for any, and only where the model knows them. */
  readonly seed: number | null;
  /** Whether the stack stays up until Ctrl-C. */
  readonly keep: boolean;
  readonly help: boolean;
}

export const DEMO_HELP = `npm run demo [-- options]

Starts Redis, S3, the API and a worker on free ports, classifies images through them, and stops them.

  --images DIR    your own images (JPEG, PNG, WebP, AVIF, GIF, TIFF), also in folders below; default: drawn pictures
  --crops CROPS   which views of an image are averaged (default ten): ${CROPS_TEXT_HELP}
  --seed S        draws pictures with labels that the model's are compared with, the same for the same number;
                  by itself the demo does this, with any number, when it runs on the starter model
  --keep          leaves the stack up until Ctrl-C and prints its URLs
  --help          prints this

Exit codes: 0 done, 1 something failed, 2 an option or a folder is wrong, 130 Ctrl-C.
`;

/**
 * Reads the demo's command line.
 *
 * @throws `USAGE_INVALID` for an option or value that is not taken, `INPUT_NOT_FOUND` for a folder that is none.
 */
export function readDemoOptions(args: readonly string[]): DemoOptions {
  const { images, crops, seed, keep, help } = parseOptions(
    args,
    {
      images: { type: 'string' },
      crops: { type: 'string', default: 'ten' },
      seed: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
    '--images DIR, --crops CROPS, --seed S, --keep or --help',
  );
  const chosen = cropsTextSchema.safeParse(crops);
  if (!chosen.success) {
    const faults = cropsFaults(chosen.error);
    throw new CroplineError('USAGE_INVALID', `--crops ${crops}: ${faults}.`);
  }
  // npm runs scripts in the repository's root and says from where it was called.
  const calledFrom = process.env['INIT_CWD'] ?? process.cwd();
  const folder = images === undefined ? null : resolve(calledFrom, images);
  if (folder !== null && statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new CroplineError(
      'INPUT_NOT_FOUND',
      `Expected --images to name a folder, but ${folder} is not one.`,
    );
  }
  if (folder !== null && seed !== undefined) {
    throw new CroplineError(
      'USAGE_INVALID',
      'Expected --images or --seed but received both: name your own images, or have some drawn.',
    );
  }
  const drawn = seed === undefined ? null : readSeed(seed);
  return { images: folder, crops: chosen.data, seed: drawn, keep, help };
}
