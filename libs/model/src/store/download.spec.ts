import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { download, fetchText, type DownloadLimits } from './download.js';
import { httpAddress } from './http-address.js';
import { PartialFile } from './partial-file.js';
import { startFileServer, type FileServer } from './testing/file-server.js';

const LIMITS: DownloadLimits = {
  responseMs: 10_000,
  idleMs: 10_000,
  attempts: 3,
  backoffMs: 1,
  maxBytes: 1 << 20,
};
const BYTES = randomBytes(100_000);
const ETAG = '"one"';

describe('download', () => {
  let folder: string;
  let target: string;
  let server: FileServer;
  let seen: [number, number | null][];
  /** Runs as bytes arrive. */
  let onReceived: (received: number) => void;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-download-'));
    target = join(folder, 'weights');
    server = await startFileServer();
    server.files.set('/weights', { bytes: BYTES, etag: ETAG });
    seen = [];
    onReceived = () => undefined;
  });

  afterEach(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const fetchInto = (
    partial: PartialFile,
    limits: Partial<DownloadLimits> = {},
    signal?: AbortSignal,
  ): Promise<void> =>
    download(httpAddress(`${server.url}/weights`), partial, {
      limits: { ...LIMITS, ...limits },
      signal,
      onBytes: (received, total) => {
        seen.push([received, total]);
        onReceived(received);
      },
    });

  /** Fetches the whole, puts it in place and returns what is there then. */
  const fetchAll = async (limits: Partial<DownloadLimits> = {}): Promise<Buffer> => {
    const partial = await PartialFile.take(target);
    await fetchInto(partial, limits).catch(async (error: unknown) => {
      await partial.leave();
      throw error;
    });
    await partial.commit();
    return readFile(target);
  };

  /** Sends a first half and, once it has arrived, goes on in some way; later requests are served. */
  const halfThen = (goOn: (response: ServerResponse) => void, headers = { etag: ETAG }): void => {
    const half = BYTES.length / 2;
    server.intercept = (_request, response) => {
      server.intercept = undefined;
      response.writeHead(200, { ...headers, 'content-length': BYTES.length });
      response.write(BYTES.subarray(0, half));
      onReceived = (received) => {
        if (received !== half) return;
        onReceived = () => undefined;
        goOn(response);
      };
      return true;
    };
  };

  const rangeOf = (request: IncomingMessage | undefined): unknown[] => [
    request?.headers.range,
    request?.headers['if-range'],
  ];

  it('fetches a file and tells how far it is', async () => {
    expect(await fetchAll()).toEqual(BYTES);
    expect(seen[0]).toEqual([0, BYTES.length]);
    expect(seen.at(-1)).toEqual([BYTES.length, BYTES.length]);
    const received = seen.map(([bytes]) => bytes);
    expect(received).toEqual([...received].sort((a, b) => a - b));
    expect(await readdir(folder)).toEqual(['weights']);
  });

  it('goes on where the connection broke, if the file is still the same', async () => {
    halfThen((response) => response.destroy());
    expect(await fetchAll()).toEqual(BYTES);
    expect(server.requests.map(rangeOf)).toEqual([
      [undefined, undefined],
      ['bytes=50000-', ETAG],
    ]);
    expect(Math.min(...seen.slice(2).map(([bytes]) => bytes))).toBe(50_000);
  });

  it('goes on in a later process, from a copy of what was left', async () => {
    const controller = new AbortController();
    halfThen(() => controller.abort(new Error('enough')));
    const first = await PartialFile.take(target);
    await expect(fetchInto(first, {}, controller.signal)).rejects.toThrow('enough');
    await first.leave();
    expect(await fetchAll()).toEqual(BYTES);
    expect(rangeOf(server.requests[1])).toEqual(['bytes=50000-', ETAG]);
    expect(await readdir(folder)).toEqual(['weights']);
  });

  it('begins again when the host ignores ranges', async () => {
    server.files.set('/weights', { bytes: BYTES, etag: ETAG, ranges: false });
    halfThen((response) => response.destroy());
    expect(await fetchAll()).toEqual(BYTES);
  });

  it('takes the new file when it changed meanwhile', async () => {
    const changed = randomBytes(70_000);
    server.files.set('/weights', { bytes: changed, etag: '"two"' });
    halfThen((response) => response.destroy());
    expect(await fetchAll()).toEqual(changed);
  });

  it('never joins parts of two files, even when the host does not honour If-Range', async () => {
    const changed = randomBytes(100_000);
    halfThen((response) => {
      server.intercept = (request, answer) => {
        if (request.headers.range === undefined) return false;
        answer.writeHead(206, { etag: '"two"', 'content-range': 'bytes 50000-99999/100000' });
        answer.end(changed.subarray(50_000));
        return true;
      };
      response.destroy();
    });
    server.files.set('/weights', { bytes: changed, etag: '"two"' });
    expect(await fetchAll()).toEqual(changed);
  });

  it('begins again when the host sends another part than was asked for', async () => {
    halfThen((response) => {
      server.intercept = (request, answer) => {
        if (request.headers.range === undefined) return false;
        answer.writeHead(206, { etag: ETAG, 'content-range': 'bytes 40000-99999/100000' });
        answer.end(BYTES.subarray(40_000));
        return true;
      };
      response.destroy();
    });
    expect(await fetchAll()).toEqual(BYTES);
  });

  it.each([
    ['a weak ETag and no date', { etag: 'W/"one"' }],
    ['a compressed body', { etag: ETAG, 'content-encoding': 'gzip' }],
  ])('asks for no range after %s', async (_name, headers) => {
    const body = 'content-encoding' in headers ? gzipSync(BYTES) : BYTES;
    server.intercept = (_request, response) => {
      server.intercept = undefined;
      response.writeHead(200, headers).write(body.subarray(0, 60_000));
      onReceived = (received) => {
        if (received > 0) response.destroy();
      };
      return true;
    };
    expect(await fetchAll()).toEqual(BYTES);
    expect(server.requests.map(rangeOf)).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it('goes on by the date of the last change where there is no strong ETag', async () => {
    const lastModified = 'Wed, 21 Oct 2015 07:28:00 GMT';
    server.files.set('/weights', { bytes: BYTES, etag: 'W/"one"', lastModified });
    halfThen((response) => response.destroy(), {
      etag: 'W/"one"',
      ...{ 'last-modified': lastModified },
    });
    expect(await fetchAll()).toEqual(BYTES);
    expect(rangeOf(server.requests[1])).toEqual(['bytes=50000-', lastModified]);
  });

  it('is content when all of it was here already', async () => {
    const first = await PartialFile.take(target);
    await fetchInto(first);
    await first.leave();
    expect(await fetchAll()).toEqual(BYTES);
    expect(rangeOf(server.requests[1])).toEqual([`bytes=${BYTES.length}-`, ETAG]);
    expect(server.requests).toHaveLength(2);
  });

  it('asks once more after a 503, and gives up after the last attempt', async () => {
    let failures = 1;
    server.intercept = (_request, response) => {
      if (failures-- <= 0) return false;
      response.writeHead(503).end('busy');
      return true;
    };
    expect(await fetchAll()).toEqual(BYTES);
    failures = 99;
    await expect(fetchAll()).rejects.toThrow(
      'the host answered 503 Service Unavailable, 3 times in a row',
    );
    expect(server.requests).toHaveLength(5);
  });

  it('does not ask again after a 404', async () => {
    server.files.clear();
    await expect(fetchAll()).rejects.toThrow('the host answered 404 Not Found');
    expect(server.requests).toHaveLength(1);
  });

  it('gives up on a host that does not answer', async () => {
    server.intercept = () => true;
    await expect(fetchAll({ responseMs: 50, attempts: 2 })).rejects.toThrow(
      'the host kept silent for too long, 2 times in a row',
    );
  });

  it('goes on after a host that fell silent in the middle', async () => {
    halfThen(() => undefined);
    expect(await fetchAll({ idleMs: 50, responseMs: 3_600_000 })).toEqual(BYTES);
    expect(rangeOf(server.requests[1])).toEqual(['bytes=50000-', ETAG]);
  });

  it('names a connection that is refused', async () => {
    await server.stop();
    await expect(fetchAll({ attempts: 1 })).rejects.toThrow(
      /^the connection was refused \(ECONNREFUSED\)$/,
    );
    server = await startFileServer();
  });

  it('refuses a file that is too long and keeps nothing of it', async () => {
    await expect(fetchAll({ maxBytes: 80_000 })).rejects.toThrow('it is longer than 80000 bytes');
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('fetchText', () => {
  let server: FileServer;
  beforeEach(async () => {
    server = await startFileServer();
  });
  afterEach(() => server.stop());

  const fetchFrom = (path: string): Promise<string | null> =>
    fetchText(httpAddress(`${server.url}${path}`), { limits: LIMITS, signal: undefined });

  it('reads a line, null where there is none, and no more than the start of something long', async () => {
    server.files.set('/line', { bytes: Buffer.from('hello\n') });
    server.files.set('/long', { bytes: Buffer.alloc(1_000_000, 'x') });
    expect(await fetchFrom('/line')).toBe('hello\n');
    expect(await fetchFrom('/none')).toBeNull();
    expect(await fetchFrom('/long')).toBe('x'.repeat(4096));
  });
});
