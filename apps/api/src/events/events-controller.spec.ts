import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { batchSchema, CroplineError, type Batch } from '@cropline/contracts';
import { readEvents, type ReadEvent } from '../testing/event-reader.js';
import { sampleBatch } from '../testing/fake-batches.js';
import { problemIn, startTestApi, type TestApi } from '../testing/test-api.js';

const request = {
  items: [{ url: 's3://photos/1' }, { url: 's3://photos/2' }],
  options: { crops: 'ten' as const, topK: 1 },
  metadata: {},
};

describe('the events of a batch', () => {
  let api: TestApi;
  let open: AbortController;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.close());
  beforeEach(() => {
    open = new AbortController();
    api.fake.batches.set('b-1', sampleBatch('b-1', request));
    api.fake.fault = null;
  });
  afterEach(() => open.abort());

  const change = (to: Partial<Batch>): void => {
    api.fake.batches.set('b-1', { ...api.fake.batches.get('b-1')!, ...to });
  };
  const connect = (lastEventId?: string): Promise<Response> =>
    api.fetch('/v1/batches/b-1/events', {
      signal: open.signal,
      headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
    });
  /** Events of one reader, comments and the pause before coming back left out. */
  const follow = async (lastEventId?: string): Promise<() => Promise<ReadEvent | null>> => {
    const events = readEvents(await connect(lastEventId));
    return async () => {
      for (;;) {
        const { value } = await events.next();
        if (!value) return null;
        if (value.event !== null) return value;
      }
    };
  };
  const shown = (event: ReadEvent | null): Batch => batchSchema.parse(JSON.parse(event!.data!));

  it('are the batch, again when it has changed, and the end', async () => {
    const response = await connect();
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store, no-transform');
    await response.body?.cancel();
    const next = await follow();
    const first = await next();
    expect(first).toMatchObject({ event: 'progress' });
    expect(shown(first)).toEqual(api.fake.batches.get('b-1'));
    change({ status: 'in_progress' });
    expect(shown(await next()).status).toBe('in_progress');
    change({ status: 'completed' });
    const last = await next();
    expect(last?.event).toBe('finished');
    expect(shown(last).status).toBe('completed');
    expect(await next()).toBeNull();
  });

  it('go on after the last one that was seen, and are none after the end', async () => {
    const seen = await (await follow())();
    const next = await follow(seen!.id!);
    change({ status: 'completed' });
    const last = await next();
    expect(last?.event).toBe('finished');
    expect((await connect(last!.id!)).status).toBe(204);
    change({ status: 'validating' });
    expect(await (await follow(last!.id!))()).toMatchObject({ event: 'progress' });
  });

  it('cost one look a second, however many listen, and none when nobody does', async () => {
    const readers = await Promise.all(Array.from({ length: 20 }, () => follow()));
    await Promise.all(readers.map((next) => next()));
    const before = api.fake.looks;
    change({ status: 'in_progress' });
    await Promise.all(readers.map((next) => next()));
    change({ status: 'completed' });
    await Promise.all(readers.map((next) => next()));
    expect(api.fake.looks - before).toBeLessThan(10);
    await Promise.all(readers.map((next) => next()));
    const after = api.fake.looks;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(api.fake.looks).toBe(after);
  });

  it('wait out an outage that comes later, and end when the batch is gone', async () => {
    const next = await follow();
    await next();
    api.fake.fault = new CroplineError('QUEUE_UNAVAILABLE', 'Away.');
    const before = api.fake.looks;
    while (api.fake.looks < before + 2) await new Promise((resolve) => setTimeout(resolve, 20));
    api.fake.fault = null;
    change({ status: 'in_progress' });
    expect(shown(await next()).status).toBe('in_progress');
    api.fake.batches.delete('b-1');
    await expect(next()).rejects.toThrow();
  });

  it.each([
    ['BATCH_NOT_FOUND', 404],
    ['QUEUE_UNAVAILABLE', 503],
  ] as const)('are an error answer when there is %s at the start', async (code, status) => {
    api.fake.fault = new CroplineError(code, 'What it says.');
    const response = await connect();
    expect(response.status).toBe(status);
    expect(await problemIn(response)).toMatchObject({ code });
  });

  it('answer HEAD without a body', async () => {
    const response = await api.fetch('/v1/batches/b-1/events', { method: 'HEAD' });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/u);
  });

  it('end when the API stops', async () => {
    const stopping = await startTestApi();
    stopping.fake.batches.set('b-1', sampleBatch('b-1', request));
    const events = readEvents(await stopping.fetch('/v1/batches/b-1/events'));
    await events.next();
    stopping.stopping.abort();
    while ((await events.next()).done !== true);
    await stopping.close();
  });
});
