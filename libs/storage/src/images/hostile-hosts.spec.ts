import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { faultOf } from '../testing/thrown-by.js';
import { createImageSource } from './create-image-source.js';
import type { ImageSource } from './image-source.js';

/** Answers each request of a connection, as bytes; an endless one writes until the reader is gone. */
type Answer = (socket: Socket, request: number) => void;

describe('an image host that means no good', () => {
  let url = '';
  let answer: Answer = () => undefined;
  let stop: () => Promise<void>;
  let source: ImageSource;
  const open = new Set<Socket>();

  beforeAll(async () => {
    let requests = 0;
    const server = createServer((socket) => {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
      socket.on('data', () => answer(socket, (requests += 1)));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.jpg`;
    stop = async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    };
  });
  afterEach(() => source.close());
  afterAll(() => stop());

  const from = (timeoutMs: number, attempts = 2): ImageSource =>
    (source = createImageSource({
      store: { get: () => Promise.reject(new Error('not an s3 URL')) } as never,
      maxBytes: 1_000_000,
      timeoutMs,
      attempts,
      backoffMs: 1,
      allowNetworks: ['127.0.0.1/32'],
    }));

  /** Writes this again and again, until the connection is given up. */
  const forEver =
    (head: string, more: string): Answer =>
    (socket) => {
      socket.write(head);
      const write = (): void => {
        if (!socket.destroyed) socket.write(more, () => setImmediate(write));
      };
      write();
    };

  it.each([
    ['headers', 'HTTP/1.1 200 OK\r\n', `x-flood: ${'a'.repeat(1_000)}\r\n`, 'IMAGE_HTTP_ERROR'],
    ['interim answers', '', 'HTTP/1.1 103 Early Hints\r\n\r\n', 'IMAGE_FETCH_TIMEOUT'],
    ['a body', 'HTTP/1.1 200 OK\r\n\r\n', 'a'.repeat(10_000), 'IMAGE_TOO_LARGE'],
    [
      'chunks',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
      `2710\r\n${'a'.repeat(10_000)}\r\n`,
      'IMAGE_TOO_LARGE',
    ],
    [
      'the body of a redirect',
      'HTTP/1.1 302 Found\r\nlocation: /x.jpg\r\n\r\n',
      'a'.repeat(10_000),
      'IMAGE_TOO_MANY_REDIRECTS',
    ],
    [
      'a body that unpacks to nothing',
      'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n',
      gzipSync('').toString('latin1'),
      'IMAGE_FETCH_FAILED',
    ],
  ])('is left when it sends %s without end', async (_, head, more, code) => {
    answer = forEver(head, more);
    expect((await faultOf(from(300).fetch(url))).code).toBe(code);
    for (const socket of open) {
      await new Promise((resolve) => socket.once('close', resolve));
    }
  });

  it('does not fill the memory with what it packed a thousandfold', async () => {
    const bomb = gzipSync(Buffer.alloc(100_000_000));
    answer = (socket) => {
      const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
      socket.write(Buffer.concat([Buffer.from(head), bomb]));
    };
    const before = process.memoryUsage().rss;
    expect((await faultOf(from(20_000).fetch(url))).code).toBe('IMAGE_TOO_LARGE');
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  });

  it('cannot fail the next image by what it sends behind the last', async () => {
    const image = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nmeow';
    for (const late of [false, true]) {
      answer = (socket, request) => {
        // The rest of a body that is longer than announced, with the body or ahead of the next answer.
        if (request % 2 === 1) socket.write(late ? image : `${image} and more`);
        else socket.write(late ? `and more${image}` : image);
      };
      const images = from(20_000, 4);
      for (let n = 0; n < 6; n += 1) {
        expect((await images.fetch(url)).bytes.toString()).toBe('meow');
      }
      await images.close();
    }
  });
});
