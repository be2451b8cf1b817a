import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { keyState } from './api-key.js';
import { KeyAdmin } from './key-admin.js';
import { KeyRing } from './key-ring.js';
import { KeyStore } from './key-store.js';
import { keyRequest, startKeyBench, type KeyBench } from './testing/key-bench.js';

let bench: KeyBench;
let admin: KeyAdmin;
beforeAll(async () => {
  bench = await startKeyBench();
  admin = new KeyAdmin(bench.store, bench.accessUrl, 'ada@desk');
});
afterAll(() => bench.stop());

async function everythingStored(): Promise<string> {
  const texts = [];
  for await (const { url } of bench.store.list(bench.accessUrl)) {
    texts.push(`${url}\n${(await bench.store.get(url)).toString()}`);
  }
  return texts.join('\n');
}
const callerOf = (key: string): Promise<{ tenant: string }> =>
  new KeyRing(new KeyStore(bench.store, bench.accessUrl)).callerOf(key);

it('keeps nothing of a key that would let one in', async () => {
  const { key } = await admin.create(keyRequest());
  const stored = await everythingStored();
  expect(stored).toContain('"digest"');
  expect(stored).not.toContain(key.slice(-64));
});

it('has a key that is replaced work on for a while, and then the new one alone', async () => {
  const first = await admin.create(keyRequest({ tenant: 'rotating', expiresIn: 90 }));
  const second = await admin.rotate(first.facts.keyId, 60);
  expect(second.facts).toMatchObject({ tenant: 'rotating', scopes: ['read', 'submit'] });
  const lasts = Date.parse(second.facts.expiresAt ?? '') - Date.parse(second.facts.createdAt);
  expect(lasts).toBe(90_000);
  const until = Date.parse(second.old.expiresAt ?? '');
  expect(until - Date.parse(second.facts.createdAt)).toBe(60_000);
  await expect(callerOf(first.key)).resolves.toMatchObject({ tenant: 'rotating' });
  await expect(callerOf(second.key)).resolves.toMatchObject({ tenant: 'rotating' });
  expect(keyState(second.old, until)).toBe('expired');

  const third = await admin.rotate(second.facts.keyId, 0);
  await expect(callerOf(second.key)).rejects.toThrow('ran out');
  await expect(callerOf(third.key)).resolves.toMatchObject({ tenant: 'rotating' });
  await expect(admin.rotate(second.facts.keyId, 60)).rejects.toMatchObject({ code: 'KEY_INVALID' });
});

it('never gives a key that is replaced longer than it had', async () => {
  const { facts } = await admin.create(keyRequest({ expiresIn: 10 }));
  const { old } = await admin.rotate(facts.keyId, 3_600);
  expect(old.expiresAt).toBe(facts.expiresAt);
});

it('revokes for good, and says so of ids that no key has', async () => {
  const { key, facts } = await admin.create(keyRequest());
  const { revokedAt } = await admin.revoke(facts.keyId);
  expect(await admin.revoke(facts.keyId)).toMatchObject({ revokedAt });
  await expect(callerOf(key)).rejects.toThrow('was revoked');
  for (const id of ['000000000000', '../batch', '']) {
    await expect(admin.revoke(id)).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
  }
});

it('records every change beside the keys, with who made it and no secret', async () => {
  const { key, facts } = await admin.create(keyRequest({ tenant: 'recorded' }));
  const { key: next, facts: nextFacts } = await admin.rotate(facts.keyId, 60);
  await admin.revoke(nextFacts.keyId);
  const changes = [];
  for await (const { url } of bench.store.list(`${bench.accessUrl}/changes/`)) {
    const change = JSON.parse((await bench.store.get(url)).toString()) as { tenant: string };
    if (change.tenant === 'recorded') changes.push(change);
  }
  expect(changes).toHaveLength(3);
  expect(changes).toEqual(
    expect.arrayContaining([
      {
        at: facts.createdAt,
        action: 'create',
        keyId: facts.keyId,
        tenant: 'recorded',
        by: 'ada@desk',
      },
      {
        at: nextFacts.createdAt,
        action: 'rotate',
        keyId: nextFacts.keyId,
        tenant: 'recorded',
        by: 'ada@desk',
        replaces: { keyId: facts.keyId, validUntil: expect.any(String) },
      },
      expect.objectContaining({ action: 'revoke', keyId: nextFacts.keyId }),
    ]),
  );
  const stored = await everythingStored();
  expect(stored).not.toContain(key.slice(-64));
  expect(stored).not.toContain(next.slice(-64));
});

it('lists all keys, the oldest first', async () => {
  const keys = await admin.list();
  expect(keys.length).toBeGreaterThan(5);
  const made = keys.map(({ createdAt }) => createdAt);
  expect(made).toEqual([...made].sort());
});
