import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis } from '@cropline/tools';
import { createRequestLimiter, type RequestLimiter } from './request-limiter.js';

type Server = Awaited<ReturnType<typeof startRedis>>;

let redis: Server;
const opened: RequestLimiter[] = [];
const limiter = (redisUrl: string): RequestLimiter => {
  const made = createRequestLimiter({ redisUrl, prefix: '{spec}' });
  opened.push(made);
  return made;
};
/** Until its connection is there nobody is kept out. */
async function ready(it: RequestLimiter): Promise<RequestLimiter> {
  while ((await it.take(randomUUID(), 1)) === null) await new Promise(setImmediate);
  return it;
}
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await Promise.all(opened.map((it) => it.close()));
  await redis.stop();
});

describe('the rate of a key', () => {
  it('is counted by all instances together, exactly', async () => {
    const [here, there] = [await ready(limiter(redis.url)), await ready(limiter(redis.url))];
    const key = randomUUID();
    const states = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? here : there).take(key, 7)),
    );
    const allowed = states.filter((state) => state?.allowed === true);
    expect(allowed).toHaveLength(7);
    expect(allowed.map((state) => state?.remaining).sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    for (const state of states) {
      expect(state?.resetMs).toBeGreaterThan(0);
      expect(state?.resetMs).toBeLessThanOrEqual(60_000);
    }
    expect(await here.take(randomUUID(), 7)).toMatchObject({ allowed: true, remaining: 6 });
  });

  it('keeps nobody out while Redis is away', async () => {
    const nowhere = limiter('redis://127.0.0.1:1');
    expect(await nowhere.take('key', 1)).toBeNull();
    expect(await nowhere.take('key', 1)).toBeNull();
  });
});
