import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createObjectStore } from '../objects/create-object-store.js';
import type { ObjectStore } from '../objects/object-store.js';
import { answerS3Error, startS3, type TestS3 } from '../testing/start-s3.js';
import { faultOf, thrownBy } from '../testing/thrown-by.js';
import { createImageSource } from './create-image-source.js';
import type { ImageSource } from './image-source.js';

const BYTES = randomBytes(100_000);
const URL = 's3://photos/cat.jpg';

describe('createImageSource from S3', () => {
  let s3: TestS3;
  let store: ObjectStore;
  let source: ImageSource;

  beforeAll(async () => {
    s3 = await startS3();
    s3.createBucket('photos');
    store = createObjectStore(s3.options);
    await store.put(URL, BYTES);
    source = createImageSource({ store, maxBytes: 200_000, timeoutMs: 20_000, backoffMs: 1 });
  });
  afterEach(() => s3.setFault());
  afterAll(async () => {
    await source.close();
    store.close();
    await s3.stop();
  });

  it('fetches an object; the address of the store needs no leave', async () => {
    const { bytes, attempts } = await source.fetch(URL);
    expect(bytes.equals(BYTES)).toBe(true);
    expect(attempts).toBe(1);
  });

  it.each([
    ['s3://photos/missing.jpg', 'IMAGE_NOT_FOUND'],
    ['s3://no-bucket/cat.jpg', 'IMAGE_NOT_FOUND'],
    ['s3://photos', 'IMAGE_URL_INVALID'],
    ['s3://photos/', 'IMAGE_URL_INVALID'],
    ['s3:///cat.jpg', 'IMAGE_URL_INVALID'],
  ])('does not retry %s: %s', async (url, code) => {
    const fault = await faultOf(source.fetch(url));
    expect(fault).toMatchObject({ code, retryable: false, details: { attempts: 1 } });
  });

  it('asks the store for nothing that lies elsewhere than it may read', async () => {
    const buckets = { allowed: ['photos/public'], closed: ['s3://photos/public/keys'] };
    const before = s3.gate.requests.length;
    const limited = createImageSource({ store, buckets, maxBytes: 200_000, timeoutMs: 20_000 });
    for (const url of [URL, 's3://photos/public/../cat.jpg', 's3://photos/public/keys/a.json']) {
      expect(await faultOf(limited.fetch(url))).toMatchObject({
        code: 'IMAGE_LOCATION_FORBIDDEN',
        retryable: false,
        details: { attempts: 1 },
      });
    }
    expect(s3.gate.requests.length).toBe(before);
    await limited.close();
  });

  it('does not retry a refusal', async () => {
    const before = s3.gate.requests.length;
    s3.setFault((_, response) => {
      answerS3Error(response, 403, 'AccessDenied');
      return true;
    });
    const fault = await faultOf(source.fetch(URL));
    expect(fault).toMatchObject({ code: 'IMAGE_ACCESS_DENIED', details: { attempts: 1 } });
    expect(fault.message).not.toMatch(/test-key|test-secret/);
    expect(s3.gate.requests.length - before).toBe(1);
  });

  it('counts every request as an attempt', async () => {
    const before = s3.gate.requests.length;
    let left = 2;
    s3.setFault((request, response) => {
      left -= 1;
      if (left === 1) answerS3Error(response, 503, 'SlowDown');
      if (left === 0) {
        response.writeHead(200, { 'content-length': BYTES.length });
        response.write(BYTES.subarray(0, 100), () => request.socket.destroy());
      }
      return left >= 0;
    });
    const { bytes, attempts } = await source.fetch(URL);
    expect(bytes.equals(BYTES)).toBe(true);
    expect(attempts).toBe(3);
    expect(s3.gate.requests.length - before).toBe(3);
  });

  it('gives up a store that keeps failing', async () => {
    s3.setFault((_, response) => {
      answerS3Error(response, 500, 'InternalError');
      return true;
    });
    expect(await faultOf(source.fetch(URL))).toMatchObject({
      code: 'IMAGE_FETCH_FAILED',
      retryable: true,
      details: { attempts: 4, status: 500 },
    });
  });

  it('refuses an object beyond the limit', async () => {
    await store.put('s3://photos/large.jpg', Buffer.alloc(200_001));
    const fault = await faultOf(source.fetch('s3://photos/large.jpg'));
    expect(fault).toMatchObject({ code: 'IMAGE_TOO_LARGE', details: { attempts: 1 } });
    expect(fault.message).toContain('200,001');
  });

  it('gives up in time, and at once when aborted', async () => {
    s3.setFault(() => true);
    const hasty = createImageSource({
      store,
      maxBytes: 1,
      timeoutMs: 50,
      attempts: 2,
      backoffMs: 1,
    });
    expect(await faultOf(hasty.fetch(URL))).toMatchObject({
      code: 'IMAGE_FETCH_TIMEOUT',
      details: { attempts: 2 },
    });
    await hasty.close();
    const control = new AbortController();
    s3.setFault(() => {
      control.abort(new Error('the batch was cancelled'));
      return true;
    });
    expect(await thrownBy(source.fetch(URL, { signal: control.signal }))).toBe(
      control.signal.reason,
    );
  });
});
