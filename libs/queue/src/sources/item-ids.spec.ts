import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ItemIds } from './item-ids.js';

describe('ItemIds', () => {
  it('tells repeated ids as a set of strings does', () => {
    const id = fc.oneof(
      fc.nat(40).map(String),
      fc.nat(20_000_000).map(String),
      fc.constantFrom('01', '1.0', '-1', '1e1', ' 1', 'a', 'b', 'ü'),
      fc.string({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(id, { maxLength: 200 }), (list) => {
        const ids = new ItemIds();
        const known = new Set<string>();
        for (const text of list) {
          expect(ids.add(text)).toBe(!known.has(text));
          known.add(text);
        }
      }),
    );
  });

  it('keeps all of them while it grows', () => {
    const ids = new ItemIds();
    for (let n = 0; n < 50_000; n += 1) expect(ids.add(`photo-${n}`)).toBe(true);
    for (let n = 0; n < 50_000; n += 1) expect(ids.add(`photo-${n}`)).toBe(false);
    expect(ids.addNumber(9_999_999)).toBe(true);
    expect(ids.add('9999999')).toBe(false);
  });
});
