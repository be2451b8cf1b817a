import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startHttp, type TestHttp } from '../testing/start-http.js';
import { faultOf } from '../testing/thrown-by.js';
import { createImageSource } from './create-image-source.js';
import type { ImageSource, ImageSourceOptions } from './image-source.js';

const BYTES = randomBytes(150_000);
const LIMIT = 200_000;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

describe('createImageSource over HTTP', () => {
  let http: TestHttp;
  let handle: Handler;
  const sources: ImageSource[] = [];

  beforeAll(async () => {
    http = await startHttp((request, response) => handle(request, response));
  });
  afterEach(async () => {
    await Promise.all(sources.splice(0).map((source) => source.close()));
    // No connection outlives its source.
    await http.allClosed();
  });
  afterAll(() => http.stop());

  const open = (options: Partial<ImageSourceOptions> = {}): ImageSource => {
    const source = createImageSource({
      store: { get: () => Promise.reject(new Error('not an s3 URL')) } as never,
      maxBytes: LIMIT,
      timeoutMs: 20_000,
      backoffMs: 1,
      allowNetworks: ['127.0.0.1/32'],
      ...options,
    });
    sources.push(source);
    return source;
  };
  const asked = (from: number): number => http.requests.length - from;

  it('fetches many images over few connections', async () => {
    handle = (_, response) => response.end(BYTES);
    const source = open();
    for (let index = 0; index < 5; index += 1) {
      const { bytes, attempts } = await source.fetch(`${http.origin}/${index}.jpg?sig=1`);
      expect(bytes.equals(BYTES)).toBe(true);
      expect(attempts).toBe(1);
    }
    expect(http.open.size).toBeLessThanOrEqual(2);
    expect(http.requests.at(-1)).toBe('GET /4.jpg?sig=1');
  });

  it.each([
    [404, 'IMAGE_NOT_FOUND'],
    [410, 'IMAGE_NOT_FOUND'],
    [401, 'IMAGE_ACCESS_DENIED'],
    [403, 'IMAGE_ACCESS_DENIED'],
    [400, 'IMAGE_HTTP_ERROR'],
    [501, 'IMAGE_HTTP_ERROR'],
  ])('does not retry %i: %s', async (status, code) => {
    handle = (_, response) => response.writeHead(status).end('no image');
    const before = http.requests.length;
    const url = `${http.origin.replace('//', '//me:hunter2@')}/cat.jpg?sig=hunter2`;
    const fault = await faultOf(open().fetch(url));
    expect(fault).toMatchObject({ code, retryable: false, details: { attempts: 1, status } });
    expect(fault.message).toContain(`${http.origin}/cat.jpg`);
    expect(fault.message).not.toMatch(/hunter2|me:/);
    expect(asked(before)).toBe(1);
  });

  it('tries again after 500 and 503, and counts the attempts', async () => {
    const statuses = [500, 503, 200];
    handle = (_, response) => response.writeHead(statuses.shift() ?? 200).end(BYTES);
    const { bytes, attempts } = await open().fetch(`${http.origin}/cat.jpg`);
    expect(bytes.equals(BYTES)).toBe(true);
    expect(attempts).toBe(3);
  });

  it('gives up after so many attempts', async () => {
    handle = (_, response) => response.writeHead(502).end();
    const before = http.requests.length;
    const fault = await faultOf(open({ attempts: 3 }).fetch(`${http.origin}/cat.jpg`));
    expect(fault).toMatchObject({
      code: 'IMAGE_FETCH_FAILED',
      retryable: true,
      details: { attempts: 3, status: 502 },
    });
    expect(fault.message).toContain('3 attempts');
    expect(asked(before)).toBe(3);
  });

  it('waits as long as Retry-After asks for', async () => {
    const came: number[] = [];
    handle = (_, response) => {
      came.push(performance.now());
      if (came.length === 1) response.writeHead(429, { 'retry-after': '1' }).end();
      else response.end(BYTES);
    };
    const { attempts } = await open().fetch(`${http.origin}/cat.jpg`);
    expect(attempts).toBe(2);
    expect(came[1]! - came[0]!).toBeGreaterThanOrEqual(990);
  });

  it('tries again when the connection breaks, before or amid the body', async () => {
    const breaks: Handler[] = [
      (request) => request.socket.destroy(),
      (request, response) => {
        response.writeHead(200, { 'content-length': BYTES.length });
        response.write(BYTES.subarray(0, 1_000), () => request.socket.destroy());
      },
      (request, response) => {
        response.write(BYTES.subarray(0, 1_000), () => request.socket.destroy());
      },
    ];
    handle = (request, response) => {
      const next = breaks.shift();
      if (next === undefined) response.end(BYTES);
      else next(request, response);
    };
    const { bytes, attempts } = await open().fetch(`${http.origin}/cat.jpg`);
    expect(bytes.equals(BYTES)).toBe(true);
    expect(attempts).toBe(4);
  });

  it('tells a host that nothing listens on', async () => {
    const gone = await startHttp(() => undefined);
    await gone.stop();
    const fault = await faultOf(open({ attempts: 2 }).fetch(`${gone.origin}/cat.jpg`));
    expect(fault).toMatchObject({ code: 'IMAGE_FETCH_FAILED', details: { attempts: 2 } });
    expect(fault.message).toContain('ECONNREFUSED');
  });

  it('tells a host that does not resolve', async () => {
    const fault = await faultOf(open({ attempts: 2 }).fetch('https://no-such-host.invalid/a.jpg'));
    expect(fault).toMatchObject({ code: 'IMAGE_HOST_UNRESOLVED', details: { attempts: 2 } });
  });

  it('tells what is not HTTP, and at once a certificate that nobody vouches for', async () => {
    handle = (request) => request.socket.end('SSH-2.0-OpenSSH_9.6\r\n');
    const garbled = await faultOf(open().fetch(`${http.origin}/cat.jpg`));
    expect(garbled).toMatchObject({ code: 'IMAGE_HTTP_ERROR', details: { attempts: 4 } });
    const url = `${http.origin.replace('http:', 'https:')}/cat.jpg`;
    const untrusted = await faultOf(open().fetch(url));
    expect(untrusted).toMatchObject({
      code: 'IMAGE_FETCH_FAILED',
      retryable: false,
      details: { attempts: 1 },
    });
  });

  it('refuses what is announced too large without reading it', async () => {
    handle = (_, response) => {
      response.writeHead(200, { 'content-length': 2 ** 40 });
      response.write('x');
    };
    const fault = await faultOf(open().fetch(`${http.origin}/cat.jpg`));
    expect(fault).toMatchObject({ code: 'IMAGE_TOO_LARGE', details: { attempts: 1 } });
    expect(fault.message).toContain('200,000');
  });

  it('refuses what becomes too large as it comes, packed or not; takes what just fits', async () => {
    const packed = gzipSync(Buffer.alloc(LIMIT + 1));
    handle = (request, response) => {
      if (request.url === '/fits') response.write(Buffer.alloc(LIMIT));
      if (request.url === '/plain') response.write(Buffer.alloc(LIMIT + 1));
      if (request.url === '/packed')
        response.writeHead(200, { 'content-encoding': 'gzip' }).write(packed);
      if (request.url !== '/plain') response.end();
    };
    expect((await open().fetch(`${http.origin}/fits`)).bytes.length).toBe(LIMIT);
    for (const path of ['/plain', '/packed']) {
      expect((await faultOf(open().fetch(`${http.origin}${path}`))).code).toBe('IMAGE_TOO_LARGE');
    }
  });

  it('unpacks what is sent packed unasked, and refuses a packing it does not know', async () => {
    handle = (request, response) => {
      const encoding = request.url === '/gzip' ? 'gzip' : 'zstd';
      response.writeHead(200, { 'content-encoding': encoding }).end(gzipSync(BYTES));
    };
    const { bytes } = await open().fetch(`${http.origin}/gzip`);
    expect(digest(bytes)).toBe(digest(BYTES));
    expect((await faultOf(open().fetch(`${http.origin}/zstd`))).code).toBe('IMAGE_HTTP_ERROR');
  });

  it('sends user and password, but to no other host', async () => {
    const seen: (string | undefined)[] = [];
    const other = await startHttp((request, response) => {
      seen.push(request.headers.authorization);
      response.end(BYTES);
    });
    handle = (request, response) => {
      seen.push(request.headers.authorization);
      const location = request.url === '/a' ? '/b' : `${other.origin}/c`;
      response.writeHead(302, { location }).end();
    };
    await open().fetch(`${http.origin.replace('//', '//me:p%40ss%25@')}/a`);
    const basic = `Basic ${Buffer.from('me:p@ss%').toString('base64')}`;
    expect(seen).toEqual([basic, basic, undefined]);
    await other.stop();
  });
});

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
