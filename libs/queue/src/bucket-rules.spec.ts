import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BucketRules } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import type { BatchService } from './batch-service.js';
import {
  requestOf,
  requestFrom,
  startQueueBench,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';

const buckets: BucketRules = { allowed: ['photos', 'results'], closed: ['s3://results/access'] };
const refused = (path: string): unknown =>
  expect.objectContaining({
    code: 'LOCATION_FORBIDDEN',
    details: expect.objectContaining({ errors: [expect.objectContaining({ path })] }) as unknown,
  });

describe('a service that may use some buckets only', () => {
  let bench: QueueBench;
  let service: BatchService;
  beforeAll(async () => {
    const s3 = startS3();
    bench = await startQueueBench({ redis: startRedis(), s3 });
    for (const bucket of ['photos', 'secrets']) await (await s3).createBucket(bucket);
    await bench.store.put('s3://secrets/list.jsonl', '{"url":"https://example.com/a.jpg"}\n');
    service = bench.service({ buckets });
    bench.coordinator({ buckets });
  });
  afterAll(() => bench.stop());

  it.each([
    's3://secrets/list.jsonl',
    's3://results/access/keys/a.jsonl',
    's3://photos/../secrets/a.jsonl',
  ])('reads no source from %s, not for an estimate either', async (url) => {
    const request = requestFrom({ type: 'manifest', url });
    await expect(service.create(request)).rejects.toThrow(refused('source.url'));
    await expect(service.estimate(request)).rejects.toThrow(refused('source.url'));
  });

  it.each(['s3://secrets/mine', 's3://results/access', 's3://results/access/keys'])(
    'writes no results to %s',
    async (url) => {
      const request = requestOf(1, { output: { url } });
      await expect(service.create(request)).rejects.toThrow(refused('output.url'));
    },
  );

  it('reads no files of an inventory that lie elsewhere', async () => {
    const url = 's3://photos/inventory/manifest.json';
    const inventory = {
      fileFormat: 'CSV',
      fileSchema: 'Bucket, Key',
      destinationBucket: 'arn:aws:s3:::secrets',
      files: [{ key: 'list.jsonl' }],
    };
    await bench.store.put(url, JSON.stringify(inventory));
    const request = requestFrom({ type: 'manifest', url, format: 's3-inventory' });
    await expect(service.estimate(request)).rejects.toMatchObject({ code: 'LOCATION_FORBIDDEN' });
    const { id } = await service.create(request);
    expect((await untilStatus(service, id, 'failed')).error?.code).toBe('LOCATION_FORBIDDEN');
  });
});
