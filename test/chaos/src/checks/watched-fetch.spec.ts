import { describe, expect, it } from '@jest/globals';
import { Violations } from './violations.js';
import { watchedFetch } from './watched-fetch.js';

async function violationsOf(
  status: number,
  headers: Record<string, string>,
): Promise<readonly string[]> {
  const violations = new Violations();
  const answer = new Response('why', { status, headers });
  const response = await watchedFetch(violations, () => Promise.resolve(answer))('http://api/');
  expect(await response.text()).toBe('why');
  return violations.all;
}

describe('watchedFetch', () => {
  it('notes what no fault excuses, and nothing else', async () => {
    expect(await violationsOf(500, {})).toEqual(['The API answered 500: why']);
    expect(await violationsOf(503, {})).toEqual(['The API answered 503 without Retry-After.']);
    expect(await violationsOf(503, { 'retry-after': '1' })).toEqual([]);
    expect(await violationsOf(404, {})).toEqual([]);
  });
});
