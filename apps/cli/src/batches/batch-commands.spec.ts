import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiStandIn } from '../testing/api-stand-in.js';
import { runCropline } from '../testing/run-cropline.js';
import { sampleBatch, sampleReconciliation, sampleSummary } from '../testing/sample-batch.js';

describe('the commands for batches', () => {
  let api: ApiStandIn;
  beforeEach(async () => {
    api = new ApiStandIn();
    await api.start();
  });
  afterEach(() => api.stop());

  const run = (...words: string[]) => runCropline([...words, '--api', api.url]);

  it('status prints where a batch stands', async () => {
    api.looks = [sampleBatch({ succeeded: 3, failed: 1, metadata: { team: 'search' } })];
    const { code, stdout } = await run('status', 'b1');
    expect(stdout).toMatch(/^Batch {5}b1\nStatus {4}in_progress\n/);
    expect(stdout).toContain('4/10 images · 1 failed · 2.5/s · 2 s left');
    expect(stdout).toContain('10: 6 pending, 3 succeeded, 1 failed, 0 cancelled');
    expect(stdout).toContain('team=search');
    expect(code).toBe(0);

    const json = await run('status', 'b1', '--json');
    expect(JSON.parse(json.stdout)).toEqual(api.looks[0]);
  });

  it('cancel asks for a batch to be stopped', async () => {
    const { code, stdout } = await run('cancel', 'b1', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ id: 'b1', status: 'cancelling' });
    expect(api.requests).toEqual(['POST /v1/batches/b1/cancel']);
    expect(code).toBe(0);
  });

  it('cancel says that a batch is closed', async () => {
    api.looks = [sampleBatch({ status: 'completed', succeeded: 10 })];
    const { code, stderr } = await run('cancel', 'b1');
    expect(stderr).toBe(
      'cropline: BATCH_STATE_CONFLICT: Expected a batch that runs but b1 is closed.\n',
    );
    expect(code).toBe(3);
  });

  it('retry runs again what failed, or what it is told', async () => {
    const { code, stdout, stderr } = await run('retry', 'b1');
    expect(stdout).toBe('b1\n');
    expect(stderr).toContain('cropline watch b1');
    expect(code).toBe(0);
    await run('retry', 'b1', '--cancelled');
    await run('retry', 'b1', '--failed', '--cancelled');
    await run('retry', 'b1', '--code', 'IMAGE_NOT_FOUND', '--code', 'CHUNK_FAILED', '--cancelled');
    expect(api.retries).toEqual([
      { outcomes: ['failed'] },
      { outcomes: ['cancelled'] },
      { outcomes: ['failed', 'cancelled'] },
      { outcomes: ['failed', 'cancelled'], codes: ['IMAGE_NOT_FOUND', 'CHUNK_FAILED'] },
    ]);
  });

  it('retry --watch follows the batch to its end', async () => {
    api.looks = [
      sampleBatch({ status: 'validating', succeeded: 9 }),
      sampleBatch({ status: 'completed', succeeded: 10 }),
    ];
    const { code, stdout } = await run('retry', 'b1', '--watch');
    expect(stdout).toContain('10 succeeded');
    expect(code).toBe(0);
  });

  it('delete deletes a batch and says so', async () => {
    const { code, stdout, stderr } = await run('delete', 'b1');
    expect(api.requests).toEqual(['DELETE /v1/batches/b1']);
    expect(stderr).toBe('Batch b1 is deleted.\n');
    expect(stdout).toBe('');
    expect(code).toBe(0);
  });

  it('summary sums up labels, scores, errors and times', async () => {
    const { code, stdout } = await run('summary', 'b1');
    expect(stdout).toContain('Batch     b1 (completed)\nOutcomes  21\n');
    expect(stdout).toContain('18 classified, 7.0 MiB, 10.0 crops each');
    expect(stdout).toContain(`  4   22.2 %  ${'━'.repeat(24)}  tabby, tabby cat\n`);
    expect(stdout).toContain(` 12   66.7 %  ${' '.repeat(24)}  9 other labels\n`);
    expect(stdout).toMatch(/18 {2}100\.0 % .* 0\.7 to 0\.8/);
    expect(stdout).toMatch(/2 {2}100\.0 % .* IMAGE_NOT_FOUND/);
    expect(stdout).toMatch(/1 {2}100\.0 % .* expired/);
    expect(stdout).toMatch(/ {2}infer +4\.0 +9\.5 +20\.0 +31\.3\n/);
    expect(code).toBe(0);
    const json = await run('summary', 'b1', '--json');
    expect(JSON.parse(json.stdout)).toEqual(sampleSummary());
  });

  it('admin reconcile waits for the report', async () => {
    api.reconciliations = [
      sampleReconciliation({ state: 'waiting', batches: 1 }),
      sampleReconciliation({ state: 'running', batches: 2 }),
      sampleReconciliation({ restored: 2, chunksPutBack: 1_234 }),
    ];
    const { code, stdout } = await run('admin', 'reconcile');
    expect(api.requests).toEqual([
      'POST /v1/admin/reconcile',
      'GET /v1/admin/reconcile',
      'GET /v1/admin/reconcile',
    ]);
    expect(stdout).toContain('Restored        2\nChunks put back 1,234\n');
    expect(code).toBe(0);

    const fault = { batchId: 'b7', code: 'STORAGE_ACCESS_DENIED', message: 'Denied.' } as const;
    api.reconciliations = [sampleReconciliation({ faults: [fault], faultCount: 2 })];
    const faulty = await run('admin', 'reconcile');
    expect(faulty.stdout).toContain('b7: STORAGE_ACCESS_DENIED: Denied.\n  and 1 more\n');
    expect(faulty.code).toBe(1);
  });

  it('ls lists the newest batches', async () => {
    api.listed = Array.from({ length: 250 }, (_, index) =>
      sampleBatch({ id: `b${index}`, failed: index === 1 ? 2 : 0 }),
    );
    const { code, stdout } = await run('ls');
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(20);
    expect(lines[1]).toBe('b1  2026-11-24T08:00:00.000Z  in_progress  2/10 images  2 failed');
    expect(code).toBe(0);
  });

  it('ls follows the pages up to its limit, and takes a status', async () => {
    api.listed = Array.from({ length: 250 }, (_, index) =>
      sampleBatch({ id: `b${index}`, status: index % 2 === 0 ? 'cancelling' : 'in_progress' }),
    );
    const { stdout } = await run('ls', '--limit', '120', '--status', 'cancelling', '--json');
    const ids = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id);
    expect(ids).toEqual(Array.from({ length: 120 }, (_, index) => `b${2 * index}`));
    expect(api.requests).toHaveLength(2);
  });

  it.each(['status', 'watch', 'results', 'summary', 'retry', 'cancel'])(
    '%s says that no batch has the id',
    async (name) => {
      const { code, stdout, stderr } = await run(name, 'b2/../x');
      expect(stderr).toMatch(/^cropline: BATCH_NOT_FOUND: .*\n$/);
      expect(stdout).toBe('');
      expect(code).toBe(3);
    },
  );
});

describe('without an API', () => {
  it.each([['status', 'b1'], ['watch', 'b1'], ['results', 'b1'], ['cancel', 'b1'], ['ls']])(
    '%s says so at once and exits 3',
    async (...words) => {
      const env = { CROPLINE_API: 'http://127.0.0.1:9' };
      const { code, stdout, stderr } = await runCropline(words, { env });
      expect(stderr).toMatch(/^cropline: API_UNREACHABLE: .*127\.0\.0\.1:9 .*\n$/);
      expect(stdout).toBe('');
      expect(code).toBe(3);
    },
  );
});
