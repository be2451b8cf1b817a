import type { CreateBatchRequestInput } from '@cropline/contracts';
import type { Picture } from '../system/pictures.js';

/** A batch of the load: what it is made of, and what happens to it on the way. */
export interface BatchPlan {
  readonly request: CreateBatchRequestInput;
  /** Where its manifest is to be put first, when that is what the request names. */
  readonly manifest: { readonly url: string; readonly text: string } | null;
  /** The ids of its items, in order. */
  readonly ids: readonly string[];
  /** The digest of each item's picture, by id. */
  readonly digests: ReadonlyMap<string, string>;
  /** Its own name of the request. */
  readonly key: string;
  /** Whether it is cancelled in the middle. */
  readonly cancel: boolean;
  /** Whether what was cancelled is run again. */
  readonly retry: boolean;
}

/** What batches are planned from. */
export interface BatchMaterial {
  readonly pictures: readonly Picture[];
  /** `s3://bucket` with the pictures. */
  readonly images: string;
  /** The URL of the host that has them too. */
  readonly imageHost: string;
  /** After so many seconds from their end batches are deleted by themselves; left out, they are kept. */
  readonly keptSeconds?: number;
}

const LEAST_ITEMS = 4;
const MOST_ITEMS = 72;

/** Plans a small batch: pictures from S3 and from the host in turn, some cancelled on the way, some run again. */
export function planBatch(
  key: string,
  { pictures, images, imageHost, keptSeconds }: BatchMaterial,
  random: () => number,
): BatchPlan {
  const total = LEAST_ITEMS + Math.floor(random() * (MOST_ITEMS - LEAST_ITEMS + 1));
  const digests = new Map<string, string>();
  const items = Array.from({ length: total }, (_, index) => {
    const id = `${key}-${index}`;
    const picture = pictures[Math.floor(random() * pictures.length)];
    if (picture === undefined) throw new Error('There are no pictures to make batches of.');
    digests.set(id, picture.digest);
    return { id, url: `${random() < 0.5 ? images : imageHost}/${picture.name}` };
  });
  const fromManifest = random() < 0.25;
  const cancel = random() < 0.2;
  const retry = cancel && random() < 0.6;
  const manifest = {
    url: `${images}/lists/${key}.jsonl`,
    text: items.map((item) => `${JSON.stringify(item)}\n`).join(''),
  };
  const settings = {
    options: { crops: 'single' },
    metadata: { key },
    ...(keptSeconds === undefined ? {} : { resultsExpireAfter: keptSeconds }),
  } as const;
  return {
    request: fromManifest
      ? { source: { type: 'manifest', url: manifest.url }, ...settings }
      : { items, ...settings },
    manifest: fromManifest ? manifest : null,
    ids: items.map(({ id }) => id),
    digests,
    key,
    cancel,
    retry,
  };
}
