import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BVLC_SPEC, type ResizeSpec } from '@cropline/model';
import { PooledClassifier, type PooledClassifierOptions } from '../classifier/pooled-classifier.js';
import { sharp } from '../decode/image-library.js';
import type { ThreadScript } from '../inference/scripted-thread.js';

/** A classifier whose threads follow a script that lies in a folder: no model, and answers that tell the crop. */
export interface ScriptedClassifier extends Partial<
  Pick<PooledClassifierOptions, 'threads' | 'batchSize' | 'onCrash' | 'rounds'>
> {
  readonly folder: string;
  readonly script: ThreadScript;
  readonly resize?: ResizeSpec['resize'];
  /** Whether its model can look at whole pictures; default: it can. */
  readonly dense?: boolean;
}

/** Starts it: an image's class 0 scores its grey level ÷ 256. */
export async function startScripted({
  folder,
  script,
  resize = BVLC_SPEC.resize,
  dense = true,
  ...options
}: ScriptedClassifier): Promise<PooledClassifier> {
  await writeFile(join(folder, 'script.json'), JSON.stringify(script));
  return PooledClassifier.start({
    model: {
      info: {
        ...BVLC_SPEC,
        resize,
        name: 'scripted',
        digest: 'sha256:0',
        classes: 3,
        labels: ['first byte', 'mirrored', 'last byte'],
      },
      precision: 'int8',
      calibration: 'sha256:1',
      weightsPath: folder,
      graphPath: folder,
      denseGraphPath: dense ? folder : null,
    },
    device: 'cpu',
    tfjs: null,
    maxPixels: 1e6,
    threads: 1,
    batchSize: 4,
    onCrash: () => undefined,
    onNotice: () => undefined,
    entry: new URL('../inference/scripted-thread.js', import.meta.url),
    ...options,
  });
}

/** Lets the threads answer that a script holds back by `gate: 'open'`. */
export const openGate = (folder: string): Promise<void> => writeFile(join(folder, 'open'), '');

/** How many device batches its threads were given. */
export async function batchesIn(folder: string): Promise<number> {
  return (await readdir(folder)).filter((file) => file.startsWith('batch-')).length;
}

/** Waits until something holds. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** A PNG of one grey level. */
export function greyPicture(level: number, width = 300, height = 256): Promise<Buffer> {
  const background = { r: level, g: level, b: level };
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
}
