import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { answerS3Error, startS3, type Fault, type TestS3 } from '../testing/start-s3.js';
import { faultOf, thrownBy } from '../testing/thrown-by.js';
import { createObjectStore } from './create-object-store.js';
import type { ObjectStore } from './object-store.js';

const BYTES = randomBytes(3_000_000);
const ETAG = JSON.stringify(createHash('md5').update(BYTES).digest('hex'));

describe('createObjectStore, when the store fails', () => {
  let s3: TestS3;
  let store: ObjectStore;

  beforeAll(async () => {
    s3 = await startS3();
    s3.createBucket('photos');
    store = createObjectStore(s3.options);
    await store.put('s3://photos/cat.jpg', BYTES);
  });
  afterEach(() => s3.setFault());
  afterAll(async () => {
    store.close();
    await s3.stop();
  });

  /** Sends the first `bytes` bytes of the object from where the range begins, then breaks the connection. */
  const breakingAfter =
    (bytes: number): Fault =>
    (request, response) => {
      const start = Number(/^bytes=(\d+)/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(200, { 'content-length': BYTES.length - start, etag: ETAG });
      response.write(BYTES.subarray(start, start + bytes), () => request.socket.destroy());
      return true;
    };

  it('tries again after 5xx, on the same connections', async () => {
    const before = s3.gate.requests.length;
    s3.setFault(
      firstOnly(2, (_, response) => {
        answerS3Error(response, 503, 'SlowDown');
        return true;
      }),
    );
    expect((await store.get('s3://photos/cat.jpg')).equals(BYTES)).toBe(true);
    expect(s3.gate.requests.length - before).toBe(3);
  });

  it('takes no HEAD that is refused without a word for a denial before a read is told why', async () => {
    const mute = (response: ServerResponse): true => {
      response.writeHead(403).end();
      return true;
    };
    // As when the clock that requests are signed by was wrong until another request set it right.
    s3.setFault(firstOnly(1, (_, response) => mute(response)));
    expect(await store.head('s3://photos/cat.jpg')).toMatchObject({ bytes: BYTES.length });
    s3.setFault(firstOnly(1, (_, response) => mute(response)));
    expect(await store.head('s3://photos/none.jpg')).toBeNull();
    for (const [why, code] of [
      ['AccessDenied', 'STORAGE_ACCESS_DENIED'],
      ['ExpiredToken', 'STORAGE_CREDENTIALS_EXPIRED'],
    ] as const) {
      s3.setFault(({ method }, response) => {
        if (method === 'HEAD') return mute(response);
        answerS3Error(response, 403, why);
        return true;
      });
      expect(await faultOf(store.head('s3://photos/cat.jpg'))).toMatchObject({ code });
    }
  });

  it('asks once with retry: false, and tells the status and the pause asked for', async () => {
    const before = s3.gate.requests.length;
    s3.setFault((_, response) => {
      answerS3Error(response, 503, 'SlowDown', { 'retry-after': '3' });
      return true;
    });
    const fault = await faultOf(store.get('s3://photos/cat.jpg', { retry: false }));
    expect(fault).toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      retryable: true,
      details: { status: 503, retryAfterMs: 3000 },
    });
    expect(s3.gate.requests.length - before).toBe(1);
  });

  it.each(['AccessDenied', 'SignatureDoesNotMatch', 'InvalidAccessKeyId', 'InvalidObjectState'])(
    'does not retry %s, and shows no key',
    async (code) => {
      const before = s3.gate.requests.length;
      s3.setFault((_, response) => {
        answerS3Error(response, 403, code);
        return true;
      });
      const fault = await faultOf(store.get('s3://photos/cat.jpg'));
      expect(fault).toMatchObject({ code: 'STORAGE_ACCESS_DENIED', retryable: false });
      expect(fault.message).not.toMatch(/test-key|test-secret/);
      expect(s3.gate.requests.length - before).toBe(1);
    },
  );

  it('tells a bucket of another region for good', async () => {
    s3.setFault((_, response) => {
      answerS3Error(response, 301, 'PermanentRedirect');
      return true;
    });
    const fault = await faultOf(store.get('s3://photos/cat.jpg'));
    expect(fault).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: false });
    expect(fault.message).toContain('S3_REGION');
  });

  it('finds out whether an object is there before it writes it, where a store has no conditional writes', async () => {
    const asked: string[] = [];
    s3.setFault(({ method = '', headers }, response) => {
      asked.push(`${method} ${headers['if-none-match'] ?? ''}`);
      if (headers['if-none-match'] === undefined) return false;
      answerS3Error(response, 501, 'NotImplemented');
      return true;
    });
    expect(await store.putIfAbsent('s3://photos/new.txt', 'first')).toBe(true);
    expect(await store.putIfAbsent('s3://photos/new.txt', 'second')).toBe(false);
    expect((await store.get('s3://photos/new.txt')).toString()).toBe('first');
    expect(asked).toEqual(['PUT *', 'HEAD ', 'PUT ', 'PUT *', 'HEAD ', 'GET ']);
  });

  it('is told that an object is there, and that another is just being written', async () => {
    s3.setFault(
      firstOnly(1, ({ headers }, response) => {
        expect(headers['if-none-match']).toBe('*');
        answerS3Error(response, 503, 'SlowDown');
        return true;
      }),
    );
    expect(await store.putIfAbsent('s3://photos/lost.txt', 'mine')).toBe(true);
    s3.setFault((_, response) => {
      answerS3Error(response, 412, 'PreconditionFailed');
      return true;
    });
    expect(await store.putIfAbsent('s3://photos/lost.txt', 'mine')).toBe(false);
    s3.setFault((_, response) => {
      answerS3Error(response, 409, 'ConditionalRequestConflict');
      return true;
    });
    expect(await faultOf(store.putIfAbsent('s3://photos/lost.txt', 'mine'))).toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      retryable: true,
    });
  });

  it('reads an object again whose body broke', async () => {
    s3.setFault(firstOnly(2, breakingAfter(100_000)));
    expect((await store.get('s3://photos/cat.jpg')).equals(BYTES)).toBe(true);
  });

  it('gives up when every body breaks', async () => {
    s3.setFault(breakingAfter(100_000));
    expect((await faultOf(store.get('s3://photos/cat.jpg'))).code).toBe('STORAGE_UNAVAILABLE');
  });

  it('goes on with a stream where it broke, within its range', async () => {
    s3.setFault(firstOnly(5, breakingAfter(500_000)));
    const whole = await store.getStream('s3://photos/cat.jpg');
    expect((await buffer(whole)).equals(BYTES)).toBe(true);

    const range = { start: 1_000, end: 2_999 };
    s3.setFault(firstOnly(1, breakingRange(ETAG)));
    const part = await store.getStream('s3://photos/cat.jpg', { range });
    expect((await buffer(part)).equals(BYTES.subarray(1_000, 3_000))).toBe(true);
  });

  it('does not go on with an object that was replaced meanwhile', async () => {
    s3.setFault(firstOnly(1, breakingRange('"another"')));
    const range = { start: 1_000, end: 2_999 };
    const stream = await store.getStream('s3://photos/cat.jpg', { range });
    const fault = await faultOf(buffer(stream));
    expect(fault).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true });
    expect(fault.message).toContain('replaced');
  });

  it('reads the version that was asked for, and no other', async () => {
    const { etag = '' } = (await store.head('s3://photos/cat.jpg')) ?? {};
    expect(etag).toBe(ETAG);
    const range = { start: 1_000, end: 2_999 };
    const part = await store.getStream('s3://photos/cat.jpg', { range, etag });
    expect((await buffer(part)).equals(BYTES.subarray(1_000, 3_000))).toBe(true);
    const another = { etag: '"another"' };
    for (const read of [
      store.get('s3://photos/cat.jpg', { ...another, retry: false }),
      store.getStream('s3://photos/cat.jpg', another),
    ]) {
      const fault = await faultOf(read);
      expect(fault).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true });
      expect(fault.message).toContain('replaced');
    }
  });

  it('gives a stream up that never brings a byte', async () => {
    s3.setFault(breakingAfter(0));
    const stream = await store.getStream('s3://photos/cat.jpg');
    expect((await faultOf(buffer(stream))).code).toBe('STORAGE_UNAVAILABLE');
  });

  it('throws the reason of an aborted signal at once: before, while waiting, while reading', async () => {
    const reason = new Error('the batch was cancelled');
    expect(
      await thrownBy(store.get('s3://photos/cat.jpg', { signal: AbortSignal.abort(reason) })),
    ).toBe(reason);

    for (const respond of [false, true]) {
      const control = new AbortController();
      s3.setFault((request, response) => {
        if (respond) {
          response.writeHead(200, { 'content-length': BYTES.length, etag: ETAG });
          response.write(BYTES.subarray(0, 1_000));
        }
        request.socket.once('close', () => response.destroy());
        setImmediate(() => control.abort(reason));
        return true;
      });
      expect(await thrownBy(store.get('s3://photos/cat.jpg', { signal: control.signal }))).toBe(
        reason,
      );
    }
  });

  it('fails at once where nothing listens, when asked to check', async () => {
    const gone = await startS3();
    await gone.stop();
    const unreachable = createObjectStore(gone.options);
    expect(await faultOf(unreachable.check('s3://photos'))).toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      retryable: true,
    });
    unreachable.close();
  });

  it('gives the connection of a destroyed stream up, also while nothing comes', async () => {
    let answered: Socket | undefined;
    s3.setFault((request, response) => {
      answered = request.socket;
      response.writeHead(200, { 'content-length': BYTES.length, etag: ETAG });
      response.write(BYTES.subarray(0, 1_000));
      return true;
    });
    const stream = await store.getStream('s3://photos/cat.jpg');
    // Once the first bytes are here, the stream waits for more.
    stream.read(0);
    await once(stream, 'readable');
    stream.destroy();
    await once(answered!, 'close');
  });

  it('leaves no connection behind: destroyed streams give theirs up, close() the idle ones', async () => {
    const own = createObjectStore(s3.options);
    store.close();
    const stream = await own.getStream('s3://photos/cat.jpg');
    stream.destroy();
    await own.get('s3://photos/cat.jpg');
    own.close();
    await s3.gate.allClosed();
    expect(s3.gate.open.size).toBe(0);
  });
});

/** Breaks off a read of the bytes 1,000 to 2,999 in the middle. */
const breakingRange =
  (etag: string): Fault =>
  (request, response) => {
    response.writeHead(206, { 'content-length': 2_000, etag });
    response.write(BYTES.subarray(1_000, 1_500), () => request.socket.destroy());
    return true;
  };

/** The fault for the first so many requests. */
function firstOnly(times: number, fault: Fault): Fault {
  let left = times;
  return (request, response) => {
    left -= 1;
    return left >= 0 && fault(request, response);
  };
}
