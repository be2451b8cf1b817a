import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis, startS3 } from '@cropline/tools';
import { joinS3Url } from '@cropline/storage';
import { sweepSubmissions } from './coordination/sweep-submissions.js';
import { SILENT_LOGGER } from './logger.js';
import { BatchStates } from './redis/batch-states.js';
import { requestOf, startQueueBench, until, type QueueBench } from './testing/queue-bench.js';
import { withRedis } from './testing/queue-jobs.js';
import { storeWith } from './testing/store-with.js';

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis({ own: true }), s3: startS3() });
});
afterAll(() => bench.stop());

/** What lies below the output of the service, without the files of the spec's images. */
async function stored(): Promise<string[]> {
  const urls: string[] = [];
  for await (const { url } of bench.store.list(`${bench.outputUrl}/`)) urls.push(url);
  return urls;
}

const noted = (): Promise<string[]> =>
  withRedis(bench, (redis, keys) => redis.zrange(keys.submissions, '0', '-1'));

function sweep(before?: number): Promise<void> {
  const { store, outputUrl } = bench;
  return withRedis(bench, (redis, keys) =>
    sweepSubmissions(
      { states: new BatchStates(redis, keys), store, outputUrl, log: SILENT_LOGGER },
      new AbortController().signal,
      before,
    ),
  );
}

/** A submission of one who dies between the manifest and the record. */
async function cutOff(): Promise<string> {
  const before = new Set(await stored());
  const store = storeWith(bench.store, {
    put: (url, ...args) =>
      url.endsWith('/batch.json')
        ? Promise.reject(new Error('killed'))
        : bench.store.put(url, ...args),
  });
  await expect(bench.service({ store }).create(requestOf(3))).rejects.toThrow('killed');
  const left = (await stored()).filter((url) => !before.has(url));
  expect(left).toEqual([expect.stringMatching(/\/manifest\.jsonl$/)]);
  return left[0]!;
}

describe('what a submission leaves that is cut off', () => {
  it('is deleted a day later, and no sooner', async () => {
    const left = await cutOff();
    expect(await noted()).toEqual([left.replace('/manifest.jsonl', '')]);
    await sweep();
    expect(await stored()).toContain(left);
    await sweep(Date.now() + 1);
    expect(await stored()).not.toContain(left);
    expect(await noted()).toEqual([]);
  });

  it('is noted again when Redis has lost everything', async () => {
    const left = await cutOff();
    await withRedis(bench, (redis) => redis.flushall());
    const coordinator = bench.coordinator();
    try {
      await bench.service().reconcile();
      await until(noted, (folders) => folders.length === 1);
    } finally {
      await coordinator.close();
    }
    await sweep(Date.now() + 1);
    expect(await stored()).not.toContain(left);
  });

  it('is nothing of a batch that was accepted, which only is forgotten as a submission', async () => {
    const { id } = await bench.service().create(requestOf(3));
    expect(await noted()).toEqual([]);
    const before = await stored();
    await withRedis(bench, (redis, keys) =>
      redis.zadd(keys.submissions, 0, joinS3Url(bench.outputUrl, id)),
    );
    await sweep();
    expect(await stored()).toEqual(before);
    expect(await noted()).toEqual([]);
  });
});
