import { Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { checkedReader, type ObjectReader } from './checked-reader.js';

it('checks every URL before the store is asked', async () => {
  const asked: string[] = [];
  const store: ObjectReader = {
    get: (url) => Promise.resolve(Buffer.from(String(asked.push(url)))),
    getStream: (url) => Promise.resolve(Readable.from([String(asked.push(url))])),
    list: async function* (url) {
      asked.push(url);
      yield await Promise.resolve({ url: `${url}a`, bytes: 1 });
    },
  };
  const reader = checkedReader(store, (url) => {
    if (url.startsWith('s3://secrets')) throw new RangeError(url);
  });

  await expect(reader.get('s3://secrets/a')).rejects.toThrow(RangeError);
  await expect(reader.getStream('s3://secrets/a')).rejects.toThrow(RangeError);
  const pages = reader.list('s3://secrets/')[Symbol.asyncIterator]();
  await expect(pages.next()).rejects.toThrow(RangeError);
  expect(asked).toEqual([]);

  await reader.get('s3://photos/a');
  await reader.getStream('s3://photos/b');
  const listed: string[] = [];
  for await (const { url } of reader.list('s3://photos/')) listed.push(url);
  expect(asked).toEqual(['s3://photos/a', 's3://photos/b', 's3://photos/']);
  expect(listed).toEqual(['s3://photos/a']);
});
