import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { UploadRequest } from '@cropline/contracts';
import { AnsweringServer, failureOf, sendJson } from './testing/answering-server.js';
import { CroplineClient } from './cropline-client.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

let client: CroplineClient;
let api: AnsweringServer;
let bucket: AnsweringServer;
/** What lies in the bucket, by digest. */
let there: Map<string, string>;

beforeEach(async () => {
  there = new Map();
  [api, bucket] = [new AnsweringServer(), new AnsweringServer()];
  await Promise.all([api.listen(), bucket.listen()]);
  client = new CroplineClient({ baseUrl: api.url });
  api.answer = (response) => {
    const { files } = JSON.parse(String(api.asked.at(-1)?.body)) as UploadRequest;
    sendJson(response, 200, {
      files: files.map((file) => ({
        sha256: file.sha256,
        url: `s3://photos/${file.sha256}`,
        exists: there.has(file.sha256),
        put: there.has(file.sha256)
          ? null
          : {
              url: `${bucket.url}/${file.sha256}?signature=s`,
              headers: { 'content-type': file.contentType, 'x-bytes': String(file.bytes) },
              expiresAt: '2026-01-01T00:00:00.000Z',
            },
      })),
    });
  };
  bucket.answer = (response) => {
    const { url, body } = bucket.asked.at(-1)!;
    there.set(url.slice(1, 65), String(body));
    response.writeHead(200).end();
  };
});
afterEach(async () => {
  await Promise.all([api.close(), bucket.close()]);
});

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

const contentType = 'image/jpeg';

describe('upload of CroplineClient', () => {
  it('sends what is not there, bytes or blobs, and tells the URL of each in order', async () => {
    there.set(sha256('two'), 'two');
    const files = [
      { body: Uint8Array.from(Buffer.from('one')), contentType },
      { body: new Blob(['two']), contentType, name: 'named' },
      { body: new Blob(['three']), contentType, sha256: sha256('three') },
    ];
    const uploaded = await collect(client.upload(files));
    expect(uploaded.map(({ url, sent }) => ({ url, sent }))).toEqual([
      { url: `s3://photos/${sha256('one')}`, sent: true },
      { url: `s3://photos/${sha256('two')}`, sent: false },
      { url: `s3://photos/${sha256('three')}`, sent: true },
    ]);
    expect(uploaded[1]?.file).toBe(files[1]);
    expect(Object.fromEntries(there)).toEqual({
      [sha256('one')]: 'one',
      [sha256('two')]: 'two',
      [sha256('three')]: 'three',
    });
    expect(
      bucket.asked.map(({ headers }) => [headers['content-length'], headers['x-bytes']]),
    ).toEqual(
      expect.arrayContaining([
        ['3', '3'],
        ['5', '5'],
      ]),
    );
  });

  it('sends the same bytes once, and asks in groups', async () => {
    const files = Array.from({ length: 230 }, (_, index) => ({
      body: new Blob([`photo ${index % 100}`]),
      contentType,
    }));
    const uploaded = await collect(client.upload(files, { concurrency: 4 }));
    expect(uploaded).toHaveLength(230);
    expect(uploaded.filter(({ sent }) => sent)).toHaveLength(100);
    expect(bucket.asked).toHaveLength(100);
    expect(api.asked).toHaveLength(3);
  });

  it('tries again when the object store is away for a moment', async () => {
    const { answer } = bucket;
    bucket.answer = (response) => {
      if (bucket.asked.length === 1) response.destroy();
      else if (bucket.asked.length === 2) response.writeHead(503).end('<Error>SlowDown</Error>');
      else answer(response);
    };
    await collect(client.upload([{ body: new Blob(['one']), contentType }]));
    expect(there.get(sha256('one'))).toBe('one');
  });

  it('says what was refused without showing the permission', async () => {
    bucket.answer = (response) => response.writeHead(403).end();
    const error = await failureOf(
      collect(client.upload([{ body: new Blob(['one']), contentType }])),
    );
    expect(error).toMatchObject({ code: 'STORAGE_ACCESS_DENIED', details: { status: 403 } });
    expect(error.message).not.toContain('signature');
    expect(bucket.asked).toHaveLength(1);
  });

  it('asks for a thousand files at a time', async () => {
    const files = Array.from({ length: 1500 }, (_, index) => ({
      sha256: sha256(String(index)),
      bytes: 1,
      contentType,
    }));
    const planned = await client.planUploads(files);
    expect(planned.map((upload) => upload.sha256)).toEqual(files.map((file) => file.sha256));
    expect(api.asked).toHaveLength(2);
  });
});
