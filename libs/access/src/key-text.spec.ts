import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keyIdOf, matchesDigest, mintKey, withoutSecrets } from './key-text.js';

describe('a key', () => {
  it('has an id that may be shown and a secret of 256 bits, both its own', () => {
    const { key, keyId, digest } = mintKey();
    expect(key).toMatch(new RegExp(`^cropline_${keyId}_[0-9a-f]{64}$`));
    expect(keyIdOf(key)).toBe(keyId);
    expect(digest).toBe(createHash('sha256').update(key).digest('hex'));
    expect(digest).not.toContain(key.slice(-64));
    expect(new Set(Array.from({ length: 100 }, () => mintKey().key)).size).toBe(100);
  });

  it('matches its own digest alone', () => {
    const [one, other] = [mintKey(), mintKey()];
    expect(matchesDigest(one.key, one.digest)).toBe(true);
    expect(matchesDigest(one.key, other.digest)).toBe(false);
    expect(matchesDigest(one.key.slice(0, -1), one.digest)).toBe(false);
    expect(matchesDigest(`${one.key} `, one.digest)).toBe(false);
    expect(matchesDigest(one.key, null)).toBe(false);
    expect(matchesDigest(one.key, '')).toBe(false);
  });

  it('is shown without its secret, wherever it stands', () => {
    const { key, keyId } = mintKey();
    expect(withoutSecrets(`/v1/${key}/${key.toUpperCase()}`)).toBe(
      `/v1/cropline_${keyId}_…/${`cropline_${keyId}_`.toUpperCase()}…`,
    );
  });

  it('is no other text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(keyIdOf(text)).toBeNull();
        expect(matchesDigest(text, mintKey().digest)).toBe(false);
      }),
    );
    const { key } = mintKey();
    for (const near of [key.toUpperCase(), ` ${key}`, `${key}\n`, key.replace('_', '-')]) {
      expect(keyIdOf(near)).toBeNull();
    }
  });
});
