import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CroplineClient } from '@cropline/client';
import {
  cropSettings,
  mostCrops,
  type Batch,
  type Crops,
  type ItemResult,
} from '@cropline/contracts';
import { createObjectStore, type ObjectStore } from '@cropline/storage';
import { chooseModel, STARTER_MODEL, type ChosenModel } from '../cropline/choose-model.js';
import { runCropline } from '../cropline/run-cropline.js';
import { anySeed } from '../drawn/draw-options.js';
import { isErrorLine, readableLine } from '../stack/log-line.js';
import { startStack, type Stack } from '../stack/start-stack.js';
import { untilAborted } from '../until-aborted.js';
import { drawnImages, folderImages, labelledImages, type DemoImage } from './demo-images.js';
import type { DemoOptions } from './demo-options.js';
import { afterwards, keptStack } from './next-steps.js';
import { showResults } from './show-results.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SAVED = join(ROOT, '.cropline/demo');
const IMAGES = 's3://images';
const UPLOADS_AT_ONCE = 8;
/** So many that the share of right ones says something. */
const LABELLED_EACH = 20;

/**
 * The demo from images to labels, as a user would do it: upload, submit over HTTP, watch, read the results.
 * Says on stdout what it does.
 *
 * @returns Whether every image was classified.
 * @throws `CroplineError` for a folder without images, a missing Redis and the like; an Error with a process's
 *   last lines when the stack does not come up; the signal's reason. Nothing is left running.
 */
export async function runDemo(options: DemoOptions, signal: AbortSignal): Promise<boolean> {
  const found = options.images === null ? null : await folderImages(options.images);
  say('Looking for the weights …');
  const model = await untilAborted(chooseModel(process.env['CROPLINE_MODEL'], say), signal);
  say(`The model is ${model.name}.`);
  const images = found ?? drawImages(options.seed, model);
  say('Starting Redis, S3, the API and a worker …');
  const errors: string[] = [];
  const onLine = (source: string, line: string): void => {
    if (isErrorLine(line)) errors.push(readableLine(source, line));
  };
  const stack = await untilAborted(
    startStack({ workers: 1, workerEnv: model.env, onLine }),
    signal,
  );
  try {
    const batch = await untilAborted(classifyThrough(stack, images, options, signal), signal);
    const ok = batch.status === 'completed' && batch.counts.succeeded === images.length;
    if (errors.length > 0) say(`\nErrors that were logged:\n\n${errors.slice(0, 10).join('\n')}`);
    say(options.keep ? keptStack(stack, batch) : afterwards(model.env));
    if (options.keep) await once(signal, 'abort');
    return ok;
  } finally {
    await stack.stop();
  }
}

/** Pictures with labels where the model knows them or a seed was asked for, else those like ImageNet's. */
function drawImages(seed: number | null, model: ChosenModel): DemoImage[] {
  if (seed === null && model.name !== STARTER_MODEL) return drawnImages();
  const drawn = seed ?? anySeed();
  say(`Drawing fresh pictures (seed ${drawn}; --seed ${drawn} draws the same again).`);
  return labelledImages(drawn, LABELLED_EACH);
}

async function classifyThrough(
  stack: Stack,
  images: readonly DemoImage[],
  options: DemoOptions,
  signal: AbortSignal,
): Promise<Batch> {
  const { endpoint, region, credentials } = stack.s3;
  const store = createObjectStore({ endpoint, region, credentials });
  const client = new CroplineClient({ baseUrl: stack.apiUrl });
  try {
    say(`Uploading ${images.length} ${options.images === null ? 'drawn pictures' : 'images'} …`);
    await stack.s3.createBucket(new URL(IMAGES).hostname);
    const items = await upload(store, images);
    const { id } = await client.createBatch({ items, options: { crops: options.crops } });
    say(`Submitted batch ${id}: ${images.length} images, ${cropsEach(options.crops)}.\n`);
    await runCropline(['watch', id, '--api', stack.apiUrl]);
    signal.throwIfAborted();

    const batch = await client.getBatch(id);
    const results: ItemResult[] = [];
    for await (const result of client.results(id)) results.push(result);
    for (const line of showResults(results, images, options)) say(line);
    await showWhere(batch, store);
    return batch;
  } finally {
    store.close();
  }
}

function cropsEach(crops: Crops): string {
  const most = mostCrops(crops);
  const upTo = cropSettings(crops).policy === 'adaptive' ? 'up to ' : '';
  return `${upTo}${most} ${most === 1 ? 'crop' : 'crops'} each`;
}

async function upload(
  store: ObjectStore,
  images: readonly DemoImage[],
): Promise<{ id: string; url: string }[]> {
  const items: { id: string; url: string }[] = [];
  const rest = images.entries();
  const uploadRest = async (): Promise<void> => {
    for (const [index, { id, extension, read }] of rest) {
      const url = `${IMAGES}/${String(index).padStart(5, '0')}${extension}`;
      await store.put(url, await read());
      items[index] = { id, url };
    }
  };
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, uploadRest));
  return items;
}

/** Says where the results lie, and saves a copy here, because the demo's S3 forgets them when it stops. */
async function showWhere(batch: Batch, store: ObjectStore): Promise<void> {
  const { results, errors, manifest } = batch.output;
  const files = [results, errors, manifest].filter((url) => url !== null);
  await rm(SAVED, { recursive: true, force: true });
  await mkdir(SAVED, { recursive: true });
  for (const url of files) {
    await writeFile(join(SAVED, url.slice(url.lastIndexOf('/') + 1)), await store.get(url));
  }
  say(`\nResults in S3:  ${results ?? batch.output.url}`);
  if (files.length > 0) say(`Saved here:     ${SAVED}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
