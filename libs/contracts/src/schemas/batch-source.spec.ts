import { expect, it } from '@jest/globals';
import { batchSourceSchema } from './batch-source.js';

it.each([
  ['2026/**/*.{jpg,png}', true],
  ['*a'.repeat(16), true],
  ['*a'.repeat(17), false],
  ['{a,[bc]}?'.repeat(6), false],
  ['a'.repeat(513), false],
])('takes the glob %s: %s', (glob, taken) => {
  const source = { type: 's3Prefix', url: 's3://photos/', include: [glob] };
  expect(batchSourceSchema.safeParse(source).success).toBe(taken);
});
