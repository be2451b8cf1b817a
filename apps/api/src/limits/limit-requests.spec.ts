import { afterEach, describe, expect, it } from '@jest/globals';
import { CroplineError } from '@cropline/contracts';
import type { RateState } from '@cropline/queue';
import { problemIn, startTestApi, type TestApi } from '../testing/test-api.js';
import { ADMIT_TEST_KEYS, bearer } from '../testing/test-keys.js';

const defaults = { requestsPerMinute: 60, openBatches: 5, openItems: 1_000 };
let api: TestApi;
afterEach(() => api.close());

/** An API whose limiter answers so, and what it was asked. */
async function apiWith(state: RateState | null): Promise<unknown[][]> {
  const taken: unknown[][] = [];
  const take = (...asked: unknown[]): Promise<RateState | null> => {
    taken.push(asked);
    return Promise.resolve(state);
  };
  api = await startTestApi(ADMIT_TEST_KEYS, { defaults, requests: { take } });
  return taken;
}

describe('the rate of a key', () => {
  it('is told with every answer', async () => {
    const taken = await apiWith({ allowed: true, remaining: 41, resetMs: 12_001 });
    for (const path of ['/v1/batches', '/v1/batches/none']) {
      const { headers } = await api.fetch(path, { headers: bearer('read') });
      expect(headers.get('ratelimit-limit')).toBe('60');
      expect(headers.get('ratelimit-remaining')).toBe('41');
      expect(headers.get('ratelimit-reset')).toBe('13');
      expect(headers.get('ratelimit-policy')).toBe('60;w=60');
    }
    expect(taken).toEqual([
      ['id-read', 60],
      ['id-read', 60],
    ]);
  });

  it('keeps out who goes beyond it, and says until when', async () => {
    await apiWith({ allowed: false, remaining: 0, resetMs: 1_500 });
    const response = await api.fetch('/v1/batches', {
      method: 'POST',
      headers: { ...bearer('submit'), 'content-type': 'application/json' },
      body: '{}',
    });
    expect(response.headers.get('retry-after')).toBe('2');
    expect(await problemIn(response)).toMatchObject({
      status: 429,
      code: 'RATE_LIMITED',
      retryable: true,
      detail:
        'Expected at most 60 requests a minute with the key id-submit, but received more; try again in 2 seconds.',
      limit: { name: 'requestsPerMinute', allowed: 60, used: 60, retryAfterSeconds: 2 },
    });
    expect(api.fake.created).toEqual([]);
    // Probes have no key, hence no rate.
    expect((await api.fetch('/health/live')).status).toBe(200);
  });

  it('keeps nobody out while it cannot be counted', async () => {
    await apiWith(null);
    const response = await api.fetch('/v1/batches', { headers: bearer('read') });
    expect(response.status).toBe(200);
    expect(response.headers.get('ratelimit-limit')).toBeNull();
  });
});

it('has the limits of the service hold for keys that have none of their own', async () => {
  await apiWith(null);
  await api.fetch('/v1/batches', { headers: bearer('read') });
  expect(api.fake.callers).toMatchObject([{ tenant: 'acme', limits: defaults }]);
});

it('tells of a quota as it does of a rate', async () => {
  await apiWith(null);
  const limit = { name: 'openBatches', allowed: 5, used: 5, retryAfterSeconds: 30 };
  api.fake.fault = new CroplineError('QUOTA_EXCEEDED', 'Expected fewer.', { details: { limit } });
  const response = await api.fetch('/v1/batches', { headers: bearer('read') });
  expect(response.headers.get('retry-after')).toBe('30');
  expect(await problemIn(response)).toMatchObject({ status: 429, code: 'QUOTA_EXCEEDED', limit });
});
