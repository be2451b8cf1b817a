import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startHttp, type TestHttp } from '../testing/start-http.js';
import { faultOf, thrownBy } from '../testing/thrown-by.js';
import { createImageSource } from './create-image-source.js';
import type { ImageSource, ImageSourceOptions } from './image-source.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

describe('what createImageSource refuses, follows and gives up', () => {
  let http: TestHttp;
  let handle: Handler;
  const sources: ImageSource[] = [];

  beforeAll(async () => {
    http = await startHttp((request, response) => handle(request, response));
  });
  afterEach(async () => {
    await Promise.all(sources.splice(0).map((source) => source.close()));
    await http.allClosed();
  });
  afterAll(() => http.stop());

  const open = (options: Partial<ImageSourceOptions> = {}): ImageSource => {
    const source = createImageSource({
      store: { get: () => Promise.reject(new Error('not an s3 URL')) } as never,
      maxBytes: 1_000,
      timeoutMs: 20_000,
      backoffMs: 1,
      allowNetworks: ['127.0.0.1/32'],
      ...options,
    });
    sources.push(source);
    return source;
  };
  const port = (): string => new URL(http.origin).port;

  it.each([
    'http://127.0.0.1:PORT/x',
    'http://127.1:PORT/x',
    'http://0x7f000001:PORT/x',
    'http://0177.0.0.1:PORT/x',
    'http://2130706433:PORT/x',
    'http://[::ffff:127.0.0.1]:PORT/x',
    'http://[::1]:PORT/x',
    'http://localhost:PORT/x',
    'http://LOCALHOST:PORT/x',
    'http://0.0.0.0:PORT/x',
    'http://169.254.169.254/latest/meta-data/',
    'https://10.0.0.1/x',
  ])('does not connect to %s', async (url) => {
    handle = (_, response) => response.end('inner');
    const before = http.requests.length;
    const fault = await faultOf(open({ allowNetworks: [] }).fetch(url.replace('PORT', port())));
    expect(fault).toMatchObject({
      code: 'IMAGE_ADDRESS_BLOCKED',
      retryable: false,
      details: { attempts: 1 },
    });
    expect(http.requests.length).toBe(before);
    expect(http.open.size).toBe(0);
  });

  it('connects to a name at an allowed address', async () => {
    handle = (_, response) => response.end('image');
    const { bytes } = await open().fetch(`http://localhost:${port()}/x`);
    expect(bytes.toString()).toBe('image');
  });

  it.each([
    ['http://169.254.169.254/latest/meta-data/', 'IMAGE_ADDRESS_BLOCKED'],
    ['http://[::1]/x', 'IMAGE_ADDRESS_BLOCKED'],
    ['//127.0.0.2/x', 'IMAGE_ADDRESS_BLOCKED'],
    ['file:///etc/passwd', 'IMAGE_SCHEME_UNSUPPORTED'],
    ['s3://photos/secret', 'IMAGE_SCHEME_UNSUPPORTED'],
    ['http://[', 'IMAGE_HTTP_ERROR'],
  ])('does not follow a redirect to %s', async (location, code) => {
    handle = (_, response) => response.writeHead(302, { location }).end();
    const fault = await faultOf(open({ fileRoots: ['/'] }).fetch(`${http.origin}/x`));
    expect(fault).toMatchObject({ code, details: { attempts: 1 } });
  });

  it('follows five redirects, relative ones too, and not a sixth', async () => {
    handle = (request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('image');
      else response.writeHead(307, { location: `./${left - 1}` }).end('moved');
    };
    expect((await open().fetch(`${http.origin}/5`)).bytes.toString()).toBe('image');
    const before = http.requests.length;
    const fault = await faultOf(open().fetch(`${http.origin}/6`));
    expect(fault).toMatchObject({ code: 'IMAGE_TOO_MANY_REDIRECTS', details: { attempts: 1 } });
    expect(http.requests.length - before).toBe(6);
  });

  it.each([
    ['ftp://host/x', 'IMAGE_SCHEME_UNSUPPORTED'],
    ['data:image/png;base64,AAAA', 'IMAGE_SCHEME_UNSUPPORTED'],
    ['/etc/passwd', 'IMAGE_URL_INVALID'],
    ['https://host:99999/x?sig=hunter2', 'IMAGE_URL_INVALID'],
    ['http://', 'IMAGE_URL_INVALID'],
  ])('refuses %s: %s', async (url, code) => {
    const fault = await faultOf(open().fetch(url));
    expect(fault).toMatchObject({ code, retryable: false, details: { attempts: 1 } });
    expect(fault.message).not.toContain('hunter2');
  });

  it('gives an attempt up when its time is over, before or amid the answer', async () => {
    handle = (request, response) => {
      if (request.url === '/drip') response.write('x');
    };
    for (const path of ['/silent', '/drip']) {
      const before = http.requests.length;
      const source = open({ timeoutMs: 1_000, attempts: 2 });
      const fault = await faultOf(source.fetch(`${http.origin}${path}?sig=hunter2`));
      expect(fault).toMatchObject({ code: 'IMAGE_FETCH_TIMEOUT', details: { attempts: 2 } });
      expect(fault.message).not.toContain('hunter2');
      expect(http.requests.length - before).toBe(2);
    }
    // Given up means closed, without waiting for close().
    await http.allClosed();
  });

  it('gives up a connection that never stands', async () => {
    // TLS waits for an answer to its greeting, which never comes.
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port: mutePort } = mute.address() as AddressInfo;
    const source = open({ connectTimeoutMs: 200, attempts: 1 });
    const fault = await faultOf(source.fetch(`https://127.0.0.1:${mutePort}/x`));
    expect(fault).toMatchObject({ code: 'IMAGE_FETCH_TIMEOUT', details: { attempts: 1 } });
    expect(fault.message).toContain('connection');
    mute.close();
  });

  it('stops at once when aborted: before, waiting, reading, pausing', async () => {
    const reason = new Error('the batch was cancelled');
    const aborted = AbortSignal.abort(reason);
    expect(await thrownBy(open().fetch(`${http.origin}/x`, { signal: aborted }))).toBe(reason);

    const states: Handler[] = [
      () => undefined,
      (_, response) => response.write('x'),
      (_, response) => response.writeHead(503, { 'retry-after': '15' }).end(),
    ];
    for (const state of states) {
      const control = new AbortController();
      handle = (request, response) => {
        state(request, response);
        setTimeout(() => control.abort(reason), 20);
      };
      const work = open().fetch(`${http.origin}/x`, { signal: control.signal });
      expect(await thrownBy(work)).toBe(reason);
    }
  });

  it('leaves no listener on a signal that lives on', async () => {
    handle = (_, response) => response.end('image');
    const control = new AbortController();
    let listeners = 0;
    const { signal } = control;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    await open().fetch(`${http.origin}/x`, { signal });
    expect(listeners).toBe(0);
  });
});
