import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiStandIn } from '../testing/api-stand-in.js';
import { runCropline, startCropline } from '../testing/run-cropline.js';
import { sampleBatch } from '../testing/sample-batch.js';

describe('cropline watch', () => {
  let api: ApiStandIn;
  beforeEach(async () => {
    api = new ApiStandIn();
    await api.start();
  });
  afterEach(() => api.stop());

  it('follows a batch to its end and sums it up in one line', async () => {
    api.looks = [
      sampleBatch({ status: 'validating' }),
      sampleBatch({ succeeded: 4 }),
      sampleBatch({ status: 'finalizing', succeeded: 10 }),
      sampleBatch({ status: 'completed', succeeded: 10 }),
    ];
    const { code, stdout, stderr } = await runCropline(['watch', 'b1', '--api', api.url]);
    expect(stdout).toBe(
      '✔ Completed in 1 min 05 s: 10 succeeded, 0 failed (0.2 images/s) → s3://labels/b1/results.jsonl\n',
    );
    expect(stderr.split('\n')).toEqual([
      'Classifying  40 %  4/10 images, 2.5/s, 2 s left',
      'Joining 100 %  10/10 images, 2.5/s',
      'Completed 100 %  10/10 images',
      '',
    ]);
    expect(code).toBe(0);
  });

  it('exits 1 and says how to see what failed', async () => {
    api.looks = [sampleBatch({ status: 'completed', succeeded: 7, failed: 3 })];
    const { code, stdout, stderr } = await runCropline(['watch', 'b1', '--api', api.url]);
    expect(stdout).toMatch(/^⚠ Completed in .*: 7 succeeded, 3 failed /);
    expect(stderr).toContain('cropline results b1 --status failed');
    expect(stderr).toContain('cropline retry b1\n');
    expect(code).toBe(1);
  });

  it('exits 1 when the batch was cancelled or failed, and says why', async () => {
    api.looks = [sampleBatch({ status: 'cancelled', succeeded: 7, cancelled: 3 })];
    const cancelled = await runCropline(['watch', 'b1', '--api', api.url]);
    expect(cancelled.stdout).toContain(
      'Cancelled in 1 min 05 s: 7 succeeded, 0 failed, 3 cancelled',
    );
    expect(cancelled.stderr).toContain('cropline retry b1 --cancelled\n');
    expect(cancelled.code).toBe(1);

    const error = { code: 'STORAGE_UNAVAILABLE', message: 'The bucket is gone.' } as const;
    api.looks = [sampleBatch({ status: 'failed', succeeded: 7, error })];
    const failed = await runCropline(['watch', 'b1', '--api', api.url]);
    expect(failed.stdout).toContain('3 without an outcome');
    expect(failed.stdout).toContain('STORAGE_UNAVAILABLE: The bucket is gone.');
    expect(failed.code).toBe(1);
  });

  it('outlives an outage of the API', async () => {
    api.looks = [
      sampleBatch({ succeeded: 4 }),
      sampleBatch({ succeeded: 5 }),
      sampleBatch({ status: 'completed', succeeded: 10 }),
    ];
    const running = startCropline(['watch', 'b1'], { env: { CROPLINE_API: api.url } });
    await api.requested('/v1/batches/b1/events');
    api.outages = 1;
    const { code, stdout, stderr } = await running.ended;
    expect(api.outages).toBe(0);
    expect(stderr).not.toContain('API_UNREACHABLE');
    expect(stdout).toContain('Completed');
    expect(code).toBe(0);
  });

  it('prints a line of JSON at every change', async () => {
    api.looks = [
      sampleBatch({ succeeded: 4 }),
      sampleBatch({ succeeded: 4 }),
      sampleBatch({ status: 'completed', succeeded: 10 }),
    ];
    const expected = [api.looks[0], api.looks[2]];
    const { stdout, stderr } = await runCropline(['watch', 'b1', '--json', '--api', api.url]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(expected);
    expect(stderr).toBe('');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('leaves the batch alone on %s and says how to go on', async (signal, expected) => {
    const running = startCropline(['watch', 'b1', '--api', api.url]);
    await api.requested('/v1/batches/b1');
    running.child.kill(signal);
    const { code, stderr } = await running.ended;
    expect(code).toBe(expected);
    expect(stderr).toContain('The batch goes on');
    expect(stderr).toContain('cropline watch b1');
    expect(api.requests.filter((line) => line.includes('cancel'))).toEqual([]);
  });
});
