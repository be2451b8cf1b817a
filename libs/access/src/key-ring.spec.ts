import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KeyAdmin } from './key-admin.js';
import { KeyRing, type KeyRingTimes } from './key-ring.js';
import { KeyStore } from './key-store.js';
import { mintKey } from './key-text.js';
import { keyRequest, startKeyBench, type KeyBench } from './testing/key-bench.js';

let bench: KeyBench;
let admin: KeyAdmin;
beforeAll(async () => {
  bench = await startKeyBench();
  admin = new KeyAdmin(bench.store, bench.accessUrl, 'spec');
});
afterAll(() => bench.stop());
beforeEach(() => {
  bench.fault = null;
  bench.asked.length = 0;
});

const ring = (times?: KeyRingTimes): KeyRing =>
  new KeyRing(new KeyStore(bench.store, bench.accessUrl), times);
const away = (): Promise<never> => Promise.reject(new Error('away'));

describe('a ring of keys', () => {
  it('tells whose a key is, and reads it once in a while only', async () => {
    const { key, facts } = await admin.create(keyRequest());
    const keys = ring();
    const callers = [await keys.callerOf(key), await keys.callerOf(key), await keys.callerOf(key)];
    for (const caller of callers) {
      expect(caller).toEqual({
        keyId: facts.keyId,
        tenant: 'acme',
        scopes: ['read', 'submit'],
        read: ['s3://photos/acme/'],
        write: [],
        limits: { requestsPerMinute: null, openBatches: null, openItems: null },
      });
    }
    expect(bench.asked).toEqual(['list', 'get']);
  });

  it('answers the same for an id that is not known and for a secret that is wrong', async () => {
    const { key } = await admin.create(keyRequest());
    const keys = ring();
    await keys.callerOf(key);
    const told = [];
    for (const wrong of [mintKey().key, key.slice(0, -4) + '0000', 'cropline_1_2', '']) {
      const fault: unknown = await keys.callerOf(wrong).catch((error: unknown) => error);
      expect(fault).toMatchObject({ code: 'KEY_INVALID', status: 401, retryable: false });
      told.push((fault as Error).message);
    }
    expect(new Set(told).size).toBe(1);
  });

  it('asks the store once in a while for any number of ids that nobody has', async () => {
    const keys = ring({ listEveryMs: 50 });
    for (const round of [1, 2, 3]) {
      const made = Array.from({ length: 100 }, () => mintKey().key);
      await Promise.all(
        made.map((key) => expect(keys.callerOf(key)).rejects.toThrow('known here')),
      );
      expect(bench.asked).toEqual(Array(round).fill('list'));
    }
  });

  it('takes a key as soon as it is made, also just after it has looked', async () => {
    const keys = ring({ listEveryMs: 50 });
    const early = keys.callerOf(mintKey().key).catch(() => undefined);
    const { key } = await admin.create(keyRequest());
    await expect(keys.callerOf(key)).resolves.toMatchObject({ tenant: 'acme' });
    await early;
  });

  it('takes a new key, and a revoked one no more, once it has looked again', async () => {
    const keys = ring({ freshMs: 0, listEveryMs: 0 });
    await expect(keys.callerOf(mintKey().key)).rejects.toThrow('known here');
    const { key, facts } = await admin.create(keyRequest());
    await expect(keys.callerOf(key)).resolves.toMatchObject({ tenant: 'acme' });
    await admin.revoke(facts.keyId);
    await expect(keys.callerOf(key)).rejects.toMatchObject({
      code: 'KEY_INVALID',
      message: expect.stringContaining('was revoked'),
    });
  });

  it('takes a key that has run out no more, though it remembers it', async () => {
    const { key, facts } = await admin.create(keyRequest());
    const store = new KeyStore(bench.store, bench.accessUrl);
    const now = Date.now();
    await store.write({ ...facts, expiresAt: new Date(now - 1).toISOString() });
    await expect(ring().callerOf(key)).rejects.toThrow('ran out');
  });

  it('goes on with keys it knows while the store is away, as long as it may', async () => {
    const { key } = await admin.create(keyRequest());
    const keys = ring({ freshMs: 0, listEveryMs: 0 });
    await keys.callerOf(key);
    bench.fault = away;
    await expect(keys.callerOf(key)).resolves.toMatchObject({ tenant: 'acme' });
    await expect(keys.callerOf(mintKey().key)).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      status: 503,
    });
    const strict = ring({ freshMs: 0, mostStaleMs: 0 });
    bench.fault = null;
    await strict.callerOf(key);
    bench.fault = away;
    await expect(strict.callerOf(key)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  });

  it('does not wait for a store that was away just now', async () => {
    const { key } = await admin.create(keyRequest());
    const keys = ring({ freshMs: 0, patienceMs: 60_000 });
    await keys.callerOf(key);
    bench.fault = away;
    await keys.callerOf(key);
    bench.fault = () => new Promise(() => undefined);
    await expect(keys.callerOf(key)).resolves.toMatchObject({ tenant: 'acme' });
  });

  it('takes an object that is no key for none', async () => {
    const { key, facts } = await admin.create(keyRequest());
    for (const text of ['{', '[]', JSON.stringify({ ...facts, scopes: ['root'] })]) {
      await bench.store.put(`${bench.accessUrl}/keys/${facts.keyId}.json`, text);
      await expect(ring().callerOf(key)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    }
  });
});
