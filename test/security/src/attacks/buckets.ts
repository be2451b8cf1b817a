import type { BucketRules } from '@cropline/contracts';
import { createObjectStore, type ObjectStore } from '@cropline/storage';
import { startS3 } from '@cropline/tools';
import type { Attack } from '../attack.js';
import { fetchedFrom } from '../fetched-from.js';
import { sharedPart } from '../shared-part.js';

/** What a worker may read in these attacks. */
const BUCKETS: BucketRules = {
  allowed: ['photos', 'archive/2026', 'results/batches'],
  closed: ['s3://results/batches/access'],
};

const OPEN = ['s3://photos/a.jpg', 's3://archive/2026/a.jpg', 's3://photos/odd ?#%2e%00 name.jpg'];
const SECRETS = [
  's3://secrets/a.jpg',
  's3://archive/2025/a.jpg',
  's3://archive/2026-draft/a.jpg',
  's3://archive/a.jpg',
  's3://results/batches/access/keys/abcdefgh.json',
  's3://results/access.json',
];

/** An S3 server with images, and with what must not be read. */
const storage = sharedPart(
  async () => {
    const server = await startS3();
    const store = createObjectStore(server);
    for (const bucket of ['photos', 'archive', 'secrets', 'results']) {
      await server.createBucket(bucket);
    }
    for (const url of OPEN) await store.put(url, 'image');
    for (const url of SECRETS) await store.put(url, 'secret');
    return { store, server };
  },
  async ({ store, server }) => {
    store.close();
    await server.stop();
  },
);

/** Ways to name what must not be read, beside its own name. */
const DETOURS: readonly (readonly [url: string, expected: string])[] = [
  ['S3://secrets/a.jpg', 'IMAGE_LOCATION_FORBIDDEN'],
  ['s3://SECRETS/a.jpg', 'IMAGE_LOCATION_FORBIDDEN'],
  ['s3://photos/../secrets/a.jpg', 'IMAGE_LOCATION_FORBIDDEN'],
  ['s3://archive/2026/../2025/a.jpg', 'IMAGE_LOCATION_FORBIDDEN'],
  ['s3://archive/2026/./../2025/a.jpg', 'IMAGE_LOCATION_FORBIDDEN'],
  ['s3://archive/2026/..\\2025\\a.jpg', 'IMAGE_LOCATION_FORBIDDEN'],
  ['s3://archive/2026/%2e%2e/2025/a.jpg', 'IMAGE_NOT_FOUND'],
  ['s3://results//batches//access/keys/abcdefgh.json', 'IMAGE_LOCATION_FORBIDDEN'],
  ['s3://results/batches/./access/keys/abcdefgh.json', 'IMAGE_LOCATION_FORBIDDEN'],
  ['s3://me:key@secrets/a.jpg', 'IMAGE_URL_INVALID'],
  ['s3://photos:443/a.jpg', 'IMAGE_URL_INVALID'],
  ['s3://photos@secrets/a.jpg', 'IMAGE_URL_INVALID'],
  ['s3://arn:aws:s3:us-east-1:123456789012:accesspoint/a/a.jpg', 'IMAGE_URL_INVALID'],
  ['s3:///photos/a.jpg', 'IMAGE_URL_INVALID'],
  ['s3:photos/a.jpg', 'IMAGE_URL_INVALID'],
  ['s3://photos/', 'IMAGE_URL_INVALID'],
  ['s3://photos/a.jpg?versionId=1', 'IMAGE_NOT_FOUND'],
  ['s3://photos/?list-type=2', 'IMAGE_NOT_FOUND'],
  ['s3://photos/?acl', 'IMAGE_NOT_FOUND'],
  [`s3://photos/${'a'.repeat(2_000)}`, 'IMAGE_NOT_FOUND'],
];

const fetched = async (url: string): Promise<string> => {
  const { store }: { store: ObjectStore } = await storage();
  return await fetchedFrom(url, { store, buckets: BUCKETS });
};

const attack = (url: string, expected: string): Attack => ({
  name: `image URL ${url.length > 100 ? 's3://photos/ and 2,000 letters' : url}`,
  area: 'files and buckets',
  expected,
  run: () => fetched(url),
});

/** `s3://` URLs that lead out of the buckets that are allowed, which are photos, archive/2026 and results/batches. */
export const BUCKET_ATTACKS: readonly Attack[] = [
  ...OPEN.map((url) => attack(url, 'let through: image')),
  ...SECRETS.map((url) => attack(url, 'IMAGE_LOCATION_FORBIDDEN')),
  ...DETOURS.map(([url, expected]) => attack(url, expected)),
];
