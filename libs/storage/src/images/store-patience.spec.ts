import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { CroplineError } from '@cropline/contracts';
import { createObjectStore } from '../objects/create-object-store.js';
import type { ObjectStore } from '../objects/object-store.js';
import { answerS3Error, startS3, type Fault, type TestS3 } from '../testing/start-s3.js';
import { faultOf, thrownBy } from '../testing/thrown-by.js';
import { createImageSource } from './create-image-source.js';
import type { ImageSource } from './image-source.js';

const URL = 's3://photos/cat.jpg';

describe('an image whose store is away', () => {
  let s3: TestS3;
  let store: ObjectStore;
  let source: ImageSource;
  let waits: CroplineError[] = [];
  let onWait: () => void = () => undefined;

  beforeAll(async () => {
    s3 = await startS3();
    s3.createBucket('photos');
    store = createObjectStore(s3.options);
    await store.put(URL, 'meow');
    source = createImageSource({
      store,
      maxBytes: 1_000,
      timeoutMs: 20_000,
      backoffMs: 0.05,
      onStoreAway: (fault) => {
        waits.push(fault);
        onWait();
      },
    });
  });
  afterEach(() => {
    s3.setFault();
    waits = [];
    onWait = () => undefined;
  });
  afterAll(async () => {
    await source.close();
    store.close();
    await s3.stop();
  });

  const answering =
    (status: number, code: string): Fault =>
    (_, response) => {
      answerS3Error(response, status, code);
      return true;
    };
  /** The store comes back when an image has waited so often. */
  const backAfter = (times: number): void => {
    onWait = () => {
      if (waits.length === times) s3.setFault();
    };
  };

  it.each([
    [503, 'SlowDown'],
    [500, 'InternalError'],
    [400, 'ExpiredToken'],
  ])('waits for it, however long, and then is there: %d %s', async (status, code) => {
    s3.setFault(answering(status, code));
    backAfter(5);
    const { bytes, attempts } = await source.fetch(URL);
    expect(bytes.toString()).toBe('meow');
    expect(attempts).toBeGreaterThan(8);
    expect(waits).toHaveLength(5);
    expect(waits[0]).toMatchObject({ code: 'IMAGE_FETCH_FAILED', retryable: true });
  });

  it('waits for one that breaks every connection off', async () => {
    s3.setFault((request) => {
      request.socket.destroy();
      return true;
    });
    backAfter(2);
    expect((await source.fetch(URL)).bytes.toString()).toBe('meow');
  });

  it('fails when the store answers, but never gives the object', async () => {
    s3.setFault((request, response) => {
      if (request.method === 'HEAD') return false;
      answerS3Error(response, 500, 'InternalError');
      return true;
    });
    expect(await faultOf(source.fetch(URL))).toMatchObject({
      code: 'IMAGE_FETCH_FAILED',
      details: { attempts: 9, status: 500 },
    });
    expect(waits).toEqual([]);
  });

  it('is given another try when the store came back just before it was looked at', async () => {
    s3.setFault((request, response) => {
      if (request.method !== 'HEAD') answerS3Error(response, 503, 'SlowDown');
      else s3.setFault();
      return request.method !== 'HEAD';
    });
    expect((await source.fetch(URL)).attempts).toBe(9);
  });

  it('waits no longer when its batch was cancelled or its chunk handed back', async () => {
    s3.setFault(answering(503, 'SlowDown'));
    const cancelled = (): boolean => waits.length === 3;
    expect(await faultOf(source.fetch(URL, { cancelled }))).toMatchObject({
      code: 'IMAGE_FETCH_FAILED',
    });
    const control = new AbortController();
    onWait = () => control.abort(new Error('handed back'));
    expect(await thrownBy(source.fetch(URL, { signal: control.signal }))).toBe(
      control.signal.reason,
    );
  });
});
