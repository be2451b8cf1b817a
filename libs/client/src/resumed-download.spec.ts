import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AnsweringServer, failureOf } from './testing/answering-server.js';
import { CroplineClient } from './cropline-client.js';

const lines = Array.from(
  { length: 50 },
  (_, index) => `{"id":"${index}","text":"größe ${index}"}\n`,
);
const whole = Buffer.from(lines.join(''));

let client: CroplineClient;
let server: AnsweringServer;

beforeEach(async () => {
  server = new AnsweringServer();
  await server.listen();
  client = new CroplineClient({ baseUrl: server.url, retries: 2 });
});
afterEach(() => server.close());

/** Sends bytes and cuts the connection off after so many of them; 0 for an answer that is whole. */
function send(response: ServerResponse, bytes: Buffer, cutAfter: number): void {
  if (cutAfter === 0) response.end(bytes);
  else response.write(bytes.subarray(0, cutAfter), () => response.destroy());
}

function ndjson(
  response: ServerResponse,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/x-ndjson', ...headers });
}

async function idsOf(results: AsyncIterable<{ id: string }>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of results) ids.push(id);
  return ids;
}

const allIds = lines.map((_, index) => String(index));

describe('results that break off', () => {
  it('are taken up by Range where the answer can be, at the end of the last whole line', async () => {
    const asked: string[] = [];
    server.answer = (response) => {
      const { range, 'if-range': ifRange } = server.asked.at(-1)!.headers;
      const from = Number(/^bytes=(\d+)-$/u.exec(range ?? 'bytes=0-')?.[1]);
      asked.push(`${range ?? 'all'} ${String(ifRange ?? '')}`);
      ndjson(response, range === undefined ? 200 : 206, {
        etag: '"v1"',
        'accept-ranges': 'bytes',
        ...(range === undefined
          ? {}
          : { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` }),
      });
      // In the middle of a line, and of a character in it.
      send(response, whole.subarray(from), asked.length < 3 ? 5 * 30 + 17 : 0);
    };
    expect(await idsOf(client.results('b'))).toEqual(allIds);
    expect(asked).toEqual(['all ', 'bytes=150- "v1"', 'bytes=300- "v1"']);
  });

  it('are read again up to the last line that was given where there is no Range', async () => {
    let tries = 0;
    server.answer = (response) => {
      tries += 1;
      ndjson(response);
      send(response, whole, [400, 900, 0][tries - 1] ?? 0);
    };
    expect(await idsOf(client.results('b'))).toEqual(allIds);
    expect(tries).toBe(3);
  });

  it('are not doubled by outcomes that came before the last line meanwhile', async () => {
    let tries = 0;
    server.answer = (response) => {
      tries += 1;
      ndjson(response);
      if (tries === 1) send(response, Buffer.from([lines[1], lines[4], lines[5]].join('')), 60);
      else response.end(whole);
    };
    expect(await idsOf(client.results('b'))).toEqual(['1', '4', ...allIds.slice(5)]);
  });

  it('are an error when the last line is gone, not the end', async () => {
    let tries = 0;
    server.answer = (response) => {
      tries += 1;
      ndjson(response);
      if (tries === 1) send(response, whole, 60);
      else response.end(lines.slice(7).join(''));
    };
    const error = await failureOf(idsOf(client.results('b')));
    expect(error.message).toContain('they have changed since');
    expect(error.retryable).toBe(false);
  });

  it('begin anew, without doubles, when the file is another by now', async () => {
    let tries = 0;
    server.answer = (response) => {
      tries += 1;
      ndjson(response, 200, { etag: `"v${tries}"`, 'accept-ranges': 'bytes' });
      send(response, whole, tries === 1 ? 200 : 0);
    };
    expect(await idsOf(client.results('b'))).toEqual(allIds);
  });

  it('are given up when as many tries as there may be bring nothing new', async () => {
    server.answer = (response) => {
      ndjson(response);
      send(response, whole, 60);
    };
    const read: string[] = [];
    const error = await failureOf(
      (async () => {
        for await (const { id } of client.results('b')) read.push(id);
      })(),
    );
    expect(error).toMatchObject({ code: 'API_UNREACHABLE', retryable: true });
    expect(read).toEqual(['0', '1']);
    expect(server.asked).toHaveLength(3);
  });
});

describe('downloads', () => {
  it('ask for the format and the filters, and give the bytes as they are', async () => {
    server.answer = (response) =>
      response.writeHead(200, { 'content-type': 'text/csv' }).end('id\n0\n');
    const parts: Uint8Array[] = [];
    const options = {
      format: 'csv',
      status: 'succeeded',
      label: 'tabby cat',
      minScore: 0.5,
    } as const;
    for await (const part of client.downloadResults('b', options)) parts.push(part);
    expect(Buffer.concat(parts).toString()).toBe('id\n0\n');
    expect(server.asked[0]).toMatchObject({
      url: '/v1/batches/b/results?status=succeeded&label=tabby+cat&minScore=0.5',
      headers: { accept: 'text/csv' },
    });
  });

  it('of other formats than lines are not begun anew in the middle of a file', async () => {
    server.answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/csv' });
      send(response, whole, 60);
    };
    const read = async (): Promise<void> => {
      for await (const part of client.downloadResults('b', { format: 'csv' })) {
        expect(part.length).toBe(60);
      }
    };
    expect(await failureOf(read())).toMatchObject({ code: 'API_UNREACHABLE' });
    expect(server.asked).toHaveLength(1);
  });
});
