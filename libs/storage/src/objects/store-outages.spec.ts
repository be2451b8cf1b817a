import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { answerS3Error, startS3, type Fault, type TestS3 } from '../testing/start-s3.js';
import { faultOf } from '../testing/thrown-by.js';
import { createObjectStore } from './create-object-store.js';
import type { ObjectStore } from './object-store.js';

const URL = 's3://photos/cat.jpg';

let s3: TestS3;
beforeAll(async () => {
  s3 = await startS3();
  s3.createBucket('photos');
});
afterEach(() => s3.setFault());
afterAll(() => s3.stop());

describe('a store that sends byte by byte', () => {
  let store: ObjectStore;
  beforeAll(async () => {
    store = createObjectStore({ ...s3.options, timeoutMs: 100 });
    await store.put(URL, 'meow');
    await store.get(URL);
  });
  afterAll(() => store.close());

  let ended: Promise<unknown>[] = [];
  const trickling: Fault = (_, response) => {
    ended.push(once(response, 'close'));
    response.writeHead(200, { 'content-length': 1_000_000, etag: '"1"' });
    const timer = setInterval(() => response.write('<'), 5);
    response.once('close', () => clearInterval(timer));
    return true;
  };

  it.each([
    ['an object', () => store.get(URL, { retry: false })],
    ['an object, with patience', () => store.get(URL)],
    ['a part of an object', () => store.get(URL, { range: { start: 0, end: 900_000 } })],
    ['a stream', async () => buffer(await store.getStream(URL))],
    ['a listing', () => listed(store, 's3://photos/')],
  ])('is given up: %s', async (_, read) => {
    ended = [];
    s3.setFault(trickling);
    expect(await faultOf(read())).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true });
    expect(ended.length).toBeGreaterThan(0);
    await Promise.all(ended);
  });

  it('does not lose patience with a reader who is slow himself', async () => {
    const bytes = Buffer.alloc(2_000_000, 'crop');
    await store.put('s3://photos/large.jpg', bytes);
    const stream = await store.getStream('s3://photos/large.jpg');
    const read: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      // Longer than the whole object may take, in all.
      if (read.length % 8 === 0) await sleep(50);
      read.push(chunk);
    }
    expect(Buffer.concat(read).equals(bytes)).toBe(true);
  });
});

describe('credentials that expire', () => {
  const saved = { ...process.env };
  let folder = '';
  const file = (): string => join(folder, 'credentials');
  const issue = (key: string): Promise<void> =>
    writeFile(
      file(),
      `[default]\naws_access_key_id = ${key}\naws_secret_access_key = secret\naws_session_token = token\n`,
    );
  /** Takes requests that are signed with this key, as long as it is the one. */
  const only =
    (key: string): Fault =>
    (request, response) => {
      if (request.headers.authorization?.includes(`Credential=${key}/`) === true) return false;
      answerS3Error(response, 400, 'ExpiredToken');
      return true;
    };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-credentials-'));
    for (const name of Object.keys(process.env)) {
      if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name);
    }
    process.env['AWS_SHARED_CREDENTIALS_FILE'] = file();
    process.env['AWS_CONFIG_FILE'] = join(folder, 'config');
    process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
  });
  afterAll(async () => {
    Object.assign(process.env, saved);
    await rm(folder, { recursive: true, force: true });
  });

  it('are taken up where they were renewed, by reads, writes and listings', async () => {
    await issue('first');
    const store = createObjectStore({ region: 'us-east-1', endpoint: s3.gate.origin });
    s3.setFault(only('first'));
    await store.put(URL, 'meow');
    await store.get(URL);

    s3.setFault(only('second'));
    const expired = { code: 'STORAGE_CREDENTIALS_EXPIRED', retryable: true };
    expect(await faultOf(store.get(URL, { retry: false }))).toMatchObject(expired);
    expect(await faultOf(store.put(URL, 'meow'))).toMatchObject(expired);
    // What was read is of no use any more, and while it is written anew there may be nothing to read.
    await rm(file());
    expect(await faultOf(store.get(URL))).toMatchObject(expired);

    await issue('second');
    expect((await store.get(URL, { retry: false })).toString()).toBe('meow');
    await store.put(URL, 'purr');
    expect(await listed(store, 's3://photos/cat')).toHaveLength(1);

    await issue('third');
    s3.setFault(only('third'));
    await Promise.all(Array.from({ length: 8 }, () => store.get(URL)));
    store.close();
  });

  it('are a refusal for good where there were none', async () => {
    await rm(file(), { force: true });
    const store = createObjectStore({ region: 'us-east-1', endpoint: s3.gate.origin });
    expect(await faultOf(store.put(URL, 'meow'))).toMatchObject({
      code: 'STORAGE_ACCESS_DENIED',
      retryable: false,
    });
    store.close();
  });
});

describe('a body that is not as long as it is said to be', () => {
  it.each([
    ['get', (store: ObjectStore) => store.get(URL)],
    ['getStream', async (store: ObjectStore) => buffer(await store.getStream(URL))],
  ])('is not taken for the whole object, by the SDK or without: %s', async (_, read) => {
    const store = createObjectStore(s3.options);
    await store.put(URL, 'meow');
    for (const known of [false, true]) {
      let lies = 1;
      s3.setFault((request, response) => {
        lies -= 1;
        if (lies < 0 || request.method !== 'GET') return false;
        response.writeHead(206, { 'content-length': 2, 'content-range': 'bytes 0-3/4', etag: '1' });
        response.end('me');
        return true;
      });
      if (known) await store.get(URL);
      lies = 1;
      expect((await read(store)).toString()).toBe('meow');
    }
    s3.setFault((_request, response) => {
      response.writeHead(206, { 'content-length': 2, 'content-range': 'bytes 0-3/4', etag: '1' });
      response.end('me');
      return true;
    });
    expect(await faultOf(read(store))).toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      retryable: true,
    });
    store.close();
  });

  it('is whole where it is empty', async () => {
    const store = createObjectStore(s3.options);
    await store.put(URL, '');
    for (let n = 0; n < 2; n += 1) expect(await store.get(URL)).toHaveLength(0);
    expect(await store.get(URL, { retry: false })).toHaveLength(0);
    expect(await buffer(await store.getStream(URL))).toHaveLength(0);
    store.close();
  });
});

describe('a store without room', () => {
  it.each([
    [507, 'XMinioStorageFull'],
    [403, 'QuotaExceeded'],
    [400, 'XMinioAdminBucketQuotaExceeded'],
  ])('may have some later: %d %s', async (status, code) => {
    const store = createObjectStore(s3.options);
    s3.setFault((_, response) => {
      answerS3Error(response, status, code);
      return true;
    });
    const fault = await faultOf(store.put(URL, 'meow'));
    expect(fault).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true });
    expect(fault.message).toContain('room');
    store.close();
  });
});

async function listed(store: ObjectStore, url: string): Promise<string[]> {
  const urls: string[] = [];
  for await (const { url: found } of store.list(url)) urls.push(found);
  return urls;
}
