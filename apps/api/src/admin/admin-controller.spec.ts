import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reconciliationSchema } from '@cropline/contracts';
import { problemIn, startTestApi, type TestApi } from '../testing/test-api.js';

describe('/v1/admin/reconcile', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.close());

  it('asks for a reconciliation, and shows the last one without asking for another', async () => {
    const asked = await api.fetch('/v1/admin/reconcile', { method: 'POST' });
    expect(asked.status).toBe(202);
    expect(reconciliationSchema.parse(await asked.json())).toMatchObject({ state: 'waiting' });
    const shown = await api.fetch('/v1/admin/reconcile');
    expect(shown.status).toBe(200);
    expect(reconciliationSchema.parse(await shown.json())).toMatchObject({ state: 'waiting' });
    expect(api.fake.reconciliationsAsked).toBe(1);
  });

  it('takes no query', async () => {
    const problem = await problemIn(
      await api.fetch('/v1/admin/reconcile?all=1', { method: 'POST' }),
    );
    expect(problem.code).toBe('REQUEST_INVALID');
  });
});
