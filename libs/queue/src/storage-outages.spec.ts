import type { IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Batch } from '@cropline/contracts';
import { createObjectStore, type ObjectStore } from '@cropline/storage';
import {
  isObjectRead,
  isWrite,
  onlyWhen,
  overlong,
  reset,
  s3Error,
  startHttpGate,
  startRedis,
  startS3,
  type HttpFault,
  type HttpGate,
} from '@cropline/tools';
import {
  jsonLines,
  requestOf,
  startQueueBench,
  succeedAll,
  until,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';

let bench: QueueBench;
let gate: HttpGate;
let store: ObjectStore;
/** Requests that a fault took. */
let struck = 0;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
  gate = await startHttpGate(new URL(bench.storeOptions.endpoint ?? ''));
  store = createObjectStore({ ...bench.storeOptions, endpoint: gate.url });
});
afterEach(() => Promise.all(opened.splice(0).map((part) => part.close())));
afterAll(async () => {
  store.close();
  await gate.close();
  await bench.stop();
});

type Match = (request: IncomingMessage) => boolean;
const all: Match = () => true;

/** Has the gate do this to the requests that match; the function returned heals it. */
const strike = (fault: HttpFault, matches: Match): (() => void) => {
  struck = 0;
  return gate.use(
    onlyWhen(matches, async (exchange) => {
      struck += 1;
      await fault(exchange);
    }),
  );
};
const start = (): void => {
  opened.push(bench.consumer(succeedAll, { store }), bench.coordinator({ store }));
};
const wholeBatch = async ({ id, output }: Batch): Promise<void> => {
  const batch = await untilStatus(bench.service(), id, 'completed');
  expect(batch.counts).toMatchObject({ total: 96, succeeded: 96, pending: 0 });
  expect(await jsonLines(bench.store, `${output.url}/results.jsonl`)).toHaveLength(96);
};

describe('a batch whose object storage fails', () => {
  it.each([
    ['is away', reset, all],
    ['has no room', s3Error(507, 'XMinioStorageFull'), isWrite],
    ['takes credentials for expired', s3Error(400, 'ExpiredToken'), all],
    ['announces fewer bytes than there are', overlong('half'), isObjectRead],
  ])('waits while it %s, and completes', async (_, fault, matches) => {
    const heal = strike(fault, matches);
    const batch = await bench.service().create(requestOf(96));
    start();
    await until(
      () => struck,
      (times) => times > 3,
    );
    expect((await bench.service().get(batch.id)).counts.succeeded).toBeLessThan(96);
    heal();
    await wholeBatch(batch);
  });
});

describe('a batch whose output cannot be written', () => {
  const denied = s3Error(403, 'AccessDenied');

  it('completes when that was put right soon', async () => {
    const heal = strike(denied, ({ url = '' }) => url.includes('/parts/'));
    const batch = await bench.service().create(requestOf(96));
    start();
    await until(
      () => struck,
      (times) => times > 1,
    );
    heal();
    await wholeBatch(batch);
  });

  it('fails when it was not, keeps what is done, and closes once that can be written', async () => {
    const heal = strike(
      denied,
      (request) => isWrite(request) && !request.url?.includes('/parts/000000'),
    );
    const service = bench.service();
    const { id } = await service.create(requestOf(96));
    start();
    await untilStatus(service, id, 'finalizing');
    heal();
    const batch = await untilStatus(service, id, 'failed');
    expect(batch.error).toMatchObject({ code: 'STORAGE_ACCESS_DENIED' });
    expect(batch.counts).toMatchObject({ succeeded: 32, pending: 64 });
    expect(await jsonLines(bench.store, batch.output.results ?? '')).toHaveLength(32);
  });
});
