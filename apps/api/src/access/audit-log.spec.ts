import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from '../testing/test-api.js';
import { ADMIT_TEST_KEYS, bearer } from '../testing/test-keys.js';

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi(ADMIT_TEST_KEYS);
});
afterEach(() => api.close());

const audited = (): readonly object[] => api.logged.filter(({ audit }) => audit === true);

it('has a line for each change: who, what, which, from where, and what came of it', async () => {
  const headers = { ...bearer('submit'), 'x-request-id': 'r-1' };
  await api.fetch('/v1/batches', {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ items: [{ url: 's3://b/k?signature=hunter2' }] }),
  });
  await api.fetch('/v1/batches/b-1/cancel', { method: 'POST', headers });
  await api.fetch('/v1/batches/b-1?key=hunter2', { method: 'DELETE', headers });
  await api.fetch('/v1/batches/b-1', { headers: bearer('read') });
  const caller = { keyId: 'id-submit', tenant: 'acme', requestId: 'r-1', address: '127.0.0.1' };
  expect(audited()).toMatchObject([
    { ...caller, action: 'createBatch', batchId: 'b-1', status: 202 },
    { ...caller, action: 'cancelBatch', batchId: 'b-1', status: 202 },
    { ...caller, action: 'deleteBatch', batchId: 'b-1', status: 422 },
  ]);
  expect(JSON.stringify(api.logged)).not.toContain('hunter2');
});

it('has a line for a change that was refused, without the key that was sent', async () => {
  const headers = bearer('cropline_hunter2');
  await api.fetch('/v1/admin/reconcile', { method: 'POST', headers });
  await api.fetch('/v1/admin/reconcile', { method: 'POST', headers: bearer('read') });
  expect(audited()).toMatchObject([
    { action: 'reconcile', status: 401 },
    { action: 'reconcile', status: 403, keyId: 'id-read' },
  ]);
  expect(audited()[0]).not.toHaveProperty('keyId');
  expect(JSON.stringify(api.logged)).not.toContain('hunter2');
});
