import { describe, expect, it } from '@jest/globals';
import { type Batch, CroplineError } from '@cropline/contracts';
import { watchBatch } from './watch-batch.js';

const away = new CroplineError('API_UNREACHABLE', 'Away.');
const running = { status: 'in_progress' } as Batch;

describe('watchBatch', () => {
  it('throws at once what goes wrong before the batch was seen: the URL may be wrong', async () => {
    let looks = 0;
    const watch = watchBatch(() => {
      looks += 1;
      return Promise.reject(away);
    }, {});
    await expect(watch.next()).rejects.toBe(away);
    expect(looks).toBe(1);
  });

  it('throws at once what no retry mends', async () => {
    const gone = new CroplineError('BATCH_NOT_FOUND', 'Gone.');
    const answers = [Promise.resolve(running)];
    const watch = watchBatch(() => answers.shift() ?? Promise.reject(gone), { intervalMs: 1 });
    await watch.next();
    await expect(watch.next()).rejects.toBe(gone);
  });

  it('gives up after an outage that is too long', async () => {
    let looks = 0;
    const watch = watchBatch(
      () => {
        looks += 1;
        return looks === 1 ? Promise.resolve(running) : Promise.reject(away);
      },
      { intervalMs: 1, outageMs: 20 },
    );
    await watch.next();
    await expect(watch.next()).rejects.toBe(away);
    expect(looks).toBeGreaterThan(2);
  });

  it("ends a pause with the signal's reason and leaves no timer behind", async () => {
    const controller = new AbortController();
    const watch = watchBatch(() => Promise.resolve(running), {
      intervalMs: 2 ** 30,
      signal: controller.signal,
    });
    await watch.next();
    const next = watch.next();
    setImmediate(() => controller.abort(new Error('enough')));
    await expect(next).rejects.toThrow('enough');
  });

  it('yields a final status once and ends', async () => {
    const watch = watchBatch(() => Promise.resolve({ status: 'failed' } as Batch), {});
    expect(await watch.next()).toMatchObject({ done: false, value: { status: 'failed' } });
    expect(await watch.next()).toMatchObject({ done: true });
  });
});
