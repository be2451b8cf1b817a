import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { ErrorCode } from '@cropline/contracts';
import { onlyWhen, overlong, reset, trickling, truncated, type HttpFault } from '@cropline/tools';
import type { ChaosSystem } from '../chaos-system.js';
import type { Fault } from '../fault.js';

/** A fault of the host that strikes some of the requests for a few seconds: their items may end with `codes`. */
function hostFault(
  name: string,
  codes: readonly ErrorCode[],
  fault: HttpFault,
): Fault<ChaosSystem> {
  return {
    name: `image host: ${name}`,
    area: 'image host',
    expected: `tried again, or ${codes.join(', ')} for the items it befell alone`,
    inject: async (system, random) => {
      const ms = Math.round(1_500 + random() * 3_500);
      const share = 0.2 + random() * 0.6;
      const excusable = system.mayFail(codes);
      const heal = system.imageHost.use(onlyWhen(() => random() < share, fault));
      await sleep(ms);
      heal();
      system.imageHost.cut();
      excusable();
      return `${Math.round(share * 100)} % of requests for ${ms} ms`;
    },
  };
}

/** Writes this again and again after the head, until the reader has left. */
function endless(headers: Readonly<Record<string, string>>, more: string): HttpFault {
  return ({ response }) => {
    response.writeHead(200, headers);
    const write = (): void => {
      if (!response.destroyed) response.write(more, () => setImmediate(write));
    };
    write();
  };
}

const failing: HttpFault = ({ response }) => {
  response.writeHead(503, { 'retry-after': '1' }).end('Come back later.');
};

const redirecting: HttpFault = ({ request, response }) => {
  response.writeHead(302, { location: request.url ?? '/' }).end();
};

const flooding: HttpFault = ({ request }) => {
  const flood = `x-flood: ${'a'.repeat(1_000)}\r\n`.repeat(100);
  request.socket.write(`HTTP/1.1 200 OK\r\n${flood}`, () => request.socket.end());
};

/** 64 MiB of nothing, in 64 KiB. */
const BOMB = gzipSync(Buffer.alloc(64 * 2 ** 20));

const bombing: HttpFault = ({ response }) => {
  response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': BOMB.length }).end(BOMB);
};

const unresolved: Fault<ChaosSystem> = {
  name: 'image host: name that does not resolve',
  area: 'image host',
  expected: 'IMAGE_HOST_UNRESOLVED for its items, and no other',
  inject: async (system, random) => {
    const host = `host-${Math.floor(random() * 1e6)}.invalid`;
    const items = Array.from({ length: 6 }, (_, index) => ({
      id: `dns-${index}`,
      url: index % 2 === 0 ? `${system.images}/${index}.jpg` : `http://${host}/${index}.jpg`,
    }));
    const { counts } = await system.runBatch({ items, options: { crops: 'single' } });
    if (counts.succeeded !== 3 || counts.failed !== 3) {
      throw new Error(`Expected 3 of 6 items to fail, but it was ${JSON.stringify(counts)}.`);
    }
    return host;
  },
};

/** What befalls the hosts that images are fetched from. */
export const IMAGE_HOST_FAULTS: readonly Fault<ChaosSystem>[] = [
  hostFault('503 with Retry-After', ['IMAGE_FETCH_FAILED'], failing),
  hostFault('bodies broken off', ['IMAGE_FETCH_FAILED'], reset),
  hostFault('bodies shorter than announced', ['IMAGE_FETCH_FAILED'], truncated),
  hostFault(
    'bodies longer than announced',
    ['IMAGE_HTTP_ERROR', 'IMAGE_FETCH_FAILED'],
    overlong('all'),
  ),
  hostFault('bodies byte by byte', ['IMAGE_FETCH_TIMEOUT', 'IMAGE_FETCH_FAILED'], trickling(50)),
  hostFault(
    'bodies without end',
    ['IMAGE_TOO_LARGE', 'IMAGE_FETCH_TIMEOUT', 'IMAGE_FETCH_FAILED'],
    endless({ 'content-type': 'image/jpeg' }, 'a'.repeat(64 * 1024)),
  ),
  hostFault(
    'redirects in a circle',
    ['IMAGE_TOO_MANY_REDIRECTS', 'IMAGE_FETCH_FAILED'],
    redirecting,
  ),
  hostFault('headers without end', ['IMAGE_HTTP_ERROR', 'IMAGE_FETCH_FAILED'], flooding),
  hostFault('packed a thousandfold', ['IMAGE_TOO_LARGE', 'IMAGE_FETCH_FAILED'], bombing),
  unresolved,
];
