import { describe, expect, it } from '@jest/globals';
import { type Batch, CroplineError } from '@cropline/contracts';
import type { BatchEvent } from './batch-events.js';
import { type BatchSights, watchBatch, type WatchOptions } from './watch-batch.js';

const away = new CroplineError('API_UNREACHABLE', 'Away.');
const running = { status: 'in_progress' } as Batch;

/** Watches by looking alone. */
function looking(look: () => Promise<Batch>, options: WatchOptions): AsyncGenerator<Batch> {
  const listen: BatchSights['listen'] = () => {
    throw new Error('expected to look, not to listen');
  };
  return watchBatch({ look, listen }, { intervalMs: 1, ...options });
}

describe('watchBatch', () => {
  it('throws at once what goes wrong before the batch was seen: the URL may be wrong', async () => {
    let looks = 0;
    const watch = looking(() => {
      looks += 1;
      return Promise.reject(away);
    }, {});
    await expect(watch.next()).rejects.toBe(away);
    expect(looks).toBe(1);
  });

  it('throws at once what no retry mends', async () => {
    const gone = new CroplineError('BATCH_NOT_FOUND', 'Gone.');
    const answers = [Promise.resolve(running)];
    const watch = looking(() => answers.shift() ?? Promise.reject(gone), {});
    await watch.next();
    await expect(watch.next()).rejects.toBe(gone);
  });

  it('gives up after an outage that is too long', async () => {
    let looks = 0;
    const watch = looking(
      () => {
        looks += 1;
        return looks === 1 ? Promise.resolve(running) : Promise.reject(away);
      },
      { outageMs: 20 },
    );
    await watch.next();
    await expect(watch.next()).rejects.toBe(away);
    expect(looks).toBeGreaterThan(2);
  });

  it("ends a pause with the signal's reason and leaves no timer behind", async () => {
    const controller = new AbortController();
    const watch = looking(() => Promise.resolve(running), {
      intervalMs: 2 ** 30,
      signal: controller.signal,
    });
    await watch.next();
    const next = watch.next();
    setImmediate(() => controller.abort(new Error('enough')));
    await expect(next).rejects.toThrow('enough');
  });

  it('yields a final status once and ends', async () => {
    const watch = looking(() => Promise.resolve({ status: 'failed' } as Batch), {});
    expect(await watch.next()).toMatchObject({ done: false, value: { status: 'failed' } });
    expect(await watch.next()).toMatchObject({ done: true });
  });
});

describe('watchBatch that is told', () => {
  const event = (id: string, batch: object): BatchEvent => ({ id, batch: batch as Batch });
  const half = { status: 'in_progress', progress: 0.5 };
  const done = { status: 'completed', progress: 1 };

  it('asks after a break for what came after the last event', async () => {
    const asked: (string | null)[] = [];
    let looks = 0;
    const watch = watchBatch(
      {
        look: () => {
          looks += 1;
          return Promise.resolve(half as Batch);
        },
        listen: async function* (lastId) {
          asked.push(lastId);
          if (lastId === null) {
            yield event('1', running);
            yield event('2', half);
            throw away;
          }
          yield await Promise.resolve(event('3', done));
        },
      },
      { pauseMs: 1 },
    );
    const seen: Batch[] = [];
    for await (const batch of watch) seen.push(batch);
    expect(seen).toEqual([running, half, done]);
    expect(asked).toEqual([null, '2']);
    expect(looks).toBe(0);
  });

  it.each([
    ['is not there', new CroplineError('ROUTE_NOT_FOUND', 'No events.')],
    ['is held back by a proxy', away],
  ])('looks when the way of events %s', async (_, fault) => {
    const states = [running, half, done] as Batch[];
    let listens = 0;
    const watch = watchBatch(
      {
        look: () => Promise.resolve(states.shift() ?? (done as Batch)),
        listen: async function* () {
          listens += 1;
          await Promise.reject(fault);
          yield event('never', done);
        },
      },
      { pauseMs: 1 },
    );
    const seen: Batch[] = [];
    for await (const batch of watch) seen.push(batch);
    expect(seen).toEqual([running, half, done]);
    expect(listens).toBe(1);
  });

  it('looks when the events end before the batch does', async () => {
    const watch = watchBatch(
      {
        look: () => Promise.resolve(done as Batch),
        listen: async function* () {
          yield await Promise.resolve(event('1', running));
        },
      },
      { pauseMs: 1 },
    );
    const seen: Batch[] = [];
    for await (const batch of watch) seen.push(batch);
    expect(seen).toEqual([running, done]);
  });
});
