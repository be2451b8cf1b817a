import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createObjectStore, type ObjectStore } from '@cropline/storage';
import { startS3, type S3Server } from '@cropline/tools';
import { ProxiedRedis } from '../system/redis-service.js';
import { StoppedTimes } from '../system/stopped-times.js';
import { findLeftovers } from './leftovers.js';

const queuePrefix = '{chaos}';
const outputUrl = 's3://results/batches';

describe('findLeftovers', () => {
  let redis: ProxiedRedis;
  let s3: S3Server;
  let store: ObjectStore;

  beforeAll(async () => {
    [redis, s3] = await Promise.all([
      ProxiedRedis.start(new StoppedTimes(), () => undefined),
      startS3(),
    ]);
    await s3.createBucket('results');
    store = createObjectStore(s3);
  });
  afterAll(async () => {
    store.close();
    await Promise.all([redis.close(), s3.stop()]);
  });
  beforeEach(async () => {
    await redis.command('FLUSHALL');
  });

  const key = (name: string): string => `${queuePrefix}:${name}`;
  const find = (): Promise<string[]> => findLeftovers({ store, outputUrl, redis, queuePrefix });

  it('finds none where only that is left which stays without batches, or goes by itself', async () => {
    await redis.command('ZADD', key('deletions'), '1', 'b1');
    await redis.command('HSET', key('batch:b1'), 'status', 'deleted');
    await redis.command('HSET', key('coordination:meta'), 'opts', '1');
    await redis.command('SET', key('idempotency:abc'), 'b1', 'PX', '60000');
    expect(await find()).toEqual([]);
  });

  it('finds objects, batches, jobs, and names that never go', async () => {
    await store.put(`${outputUrl}/b1/parts/000000.jsonl`, '{}');
    await redis.command('HSET', key('batch:b2'), 'status', 'completed');
    await redis.command('HSET', key('chunks:b2-0'), 'data', '{}');
    await redis.command('RPUSH', key('chunks:wait'), 'b2-0');
    await redis.command('SET', key('idempotency:abc'), 'b1');
    expect(await find()).toEqual([
      `object ${outputUrl}/b1/parts/000000.jsonl`,
      'key batch:b2',
      'key chunks:b2-0',
      'key chunks:wait',
      'key idempotency:abc',
    ]);
  });
});
