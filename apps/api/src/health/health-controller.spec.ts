import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CroplineError } from '@cropline/contracts';
import { problemIn, startTestApi, type TestApi } from '../testing/test-api.js';

describe('health over HTTP', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await startTestApi();
  });
  afterEach(() => api.close());

  it('is ready when Redis and S3 answer, and asks each time', async () => {
    const response = await api.fetch('/health/ready');
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
    api.fake.fault = new CroplineError('QUEUE_UNAVAILABLE', 'Redis is gone.');
    expect((await api.fetch('/health/ready')).status).toBe(503);
    expect((await api.fetch('/health/live')).status).toBe(200);
    api.fake.fault = null;
    expect((await api.fetch('/health/ready')).status).toBe(200);
  });

  it('names what does not answer, also when that only hangs', async () => {
    api.checks.s3 = () =>
      Promise.reject(new CroplineError('STORAGE_OBJECT_NOT_FOUND', 'No bucket b.'));
    expect(await problemIn(await api.fetch('/health/ready'))).toMatchObject({
      status: 503,
      code: 'STORAGE_UNAVAILABLE',
      errors: [{ path: 's3', message: 'No bucket b.' }],
    });
    api.checks.redis = () => new Promise(() => undefined);
    expect(await problemIn(await api.fetch('/health/ready'))).toMatchObject({
      status: 503,
      code: 'QUEUE_UNAVAILABLE',
      errors: [{ path: 'redis', message: 'no answer within 250 ms' }, { path: 's3' }],
    });
  });
});
