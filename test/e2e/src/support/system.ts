import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CroplineClient } from '@cropline/client';
import type { Batch, ItemResult } from '@cropline/contracts';
import { BVLC_GOOGLENET, randomWeights, writeSafetensors } from '@cropline/model';
import { createObjectStore, type ObjectStore } from '@cropline/storage';
import { startStack, type Stack, type StackOptions } from '@cropline/tools';

/** The whole system as a user has it, with a client and a bucket of images. */
export interface System {
  readonly stack: Stack;
  readonly client: CroplineClient;
  readonly store: ObjectStore;
  /** `s3://bucket` where a test puts its images. */
  readonly images: string;
  stop(): Promise<void>;
}

/**
 * Starts Redis, S3, the API and workers as processes of their own. Where no real weights can be named,
 * the workers serve seeded random ones: everything but the labels is then as it would be.
 */
export async function startSystem(options: StackOptions): Promise<System> {
  const folder = await mkdtemp(join(tmpdir(), 'cropline-e2e-'));
  const env: Record<string, string> = { ...options.workerEnv };
  if (
    process.env['CROPLINE_MODEL_MIRROR'] === undefined &&
    process.env['CROPLINE_MODEL'] === undefined
  ) {
    const path = join(folder, 'random.safetensors');
    await writeFile(path, writeSafetensors(randomWeights(1, BVLC_GOOGLENET), {}));
    env['CROPLINE_MODEL'] = path;
  }
  const stack = await startStack({ ...options, workerEnv: env });
  const store = createObjectStore({
    endpoint: stack.s3.endpoint,
    region: stack.s3.region,
    credentials: stack.s3.credentials,
  });
  await stack.s3.createBucket('photos');
  return {
    stack,
    client: new CroplineClient({ baseUrl: stack.apiUrl }),
    store,
    images: 's3://photos',
    stop: async () => {
      store.close();
      await stack.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Whether the counts of a batch add up (promise 2). */
export function countsAddUp({ counts }: Batch): boolean {
  return counts.total === counts.pending + counts.succeeded + counts.failed + counts.cancelled;
}

/** Every result of a closed batch, in the order the API gives them. */
export async function readResults(client: CroplineClient, id: string): Promise<ItemResult[]> {
  const results: ItemResult[] = [];
  for await (const result of client.results(id)) results.push(result);
  return results;
}
