import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isItemInput, itemFaults, itemInputSchema } from './item.js';

const url = fc.oneof(
  fc.webUrl(),
  fc.string().map((key) => `s3://photos/${key}`),
  fc.string(),
  fc.constantFrom(
    'S3://b/k',
    'https://',
    'http://[',
    `s3://b/${'x'.repeat(4090)}`,
    'file:///a',
    '',
  ),
);
const id = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '.',
    '..',
    '',
    '\u0000',
    '\ud800',
    'x'.repeat(256),
    'x'.repeat(257),
    'ü🐈',
    7,
    null,
  ),
);
const value = fc.oneof(
  fc.record({ id, url }, { requiredKeys: [] }),
  fc.record({ url, extra: fc.boolean() }),
  fc.jsonValue(),
  fc.constant([]),
);

describe('isItemInput', () => {
  it('takes what the schema takes, and nothing else', () => {
    fc.assert(
      fc.property(value, (candidate) => {
        const { success } = itemInputSchema.safeParse(candidate);
        expect(isItemInput(candidate)).toBe(success);
        expect(itemFaults(candidate).length === 0).toBe(success);
      }),
      { numRuns: 5_000 },
    );
  });
});
