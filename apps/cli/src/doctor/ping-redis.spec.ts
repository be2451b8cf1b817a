import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis, type RedisServer } from '@cropline/tools';
import { pingRedis } from './ping-redis.js';

describe('pinging Redis', () => {
  let redis: RedisServer;
  let place: string;
  beforeAll(async () => {
    redis = await startRedis({ own: true });
    place = new URL(redis.url).host;
  });
  afterAll(() => redis.stop());

  it('asks one node of a cluster after the other until one answers', async () => {
    const address = `redis-cluster://127.0.0.1:1,${place}`;
    const found = await pingRedis(address.replace('//', '//:hunter2@'));
    // This server wants no password, and says so.
    expect(found).toMatchObject({ address, absence: expect.stringMatching(/it answered ERR/) });
    expect(JSON.stringify(found)).not.toContain('hunter2');
    expect((await pingRedis(address)).absence).toBeNull();
  });

  it('asks sentinels without the password of the Redis that they tell of', async () => {
    const url = `redis-sentinel://:hunter2@${place}/main`;
    expect(await pingRedis(url)).toEqual({
      name: 'Redis',
      address: `redis-sentinel://${place}/main`,
      absence: null,
    });
  });

  it('tells once what keeps all of them away', async () => {
    expect((await pingRedis('redis-sentinel://127.0.0.1:1,127.0.0.1:1/main')).absence).toBe(
      'it cannot be reached (ECONNREFUSED): check REDIS_URL',
    );
  });
});
