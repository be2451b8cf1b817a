import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createObjectStore, type ObjectStore } from '@cropline/storage';
import { startS3, type S3Server } from './start-s3.js';

describe('startS3', () => {
  let s3: S3Server;
  let store: ObjectStore;
  beforeAll(async () => {
    s3 = await startS3();
    store = createObjectStore(s3);
  });
  afterAll(async () => {
    store.close();
    await s3.stop();
  });

  it('makes buckets, also twice, and refuses a name that is none', async () => {
    await s3.createBucket('photos');
    await s3.createBucket('photos');
    await store.put('s3://photos/a.txt', 'a');
    expect((await store.get('s3://photos/a.txt')).toString()).toBe('a');
  });

  it('gives an object to the first of those who write it if it is not there', async () => {
    await s3.createBucket('first');
    const writers = Array.from({ length: 8 }, (_, n) =>
      store.putIfAbsent('s3://first/object', String(n)).catch(() => false),
    );
    const wrote = await Promise.all(writers);
    expect(wrote.filter(Boolean)).toHaveLength(1);
    const winner = String(wrote.indexOf(true));
    expect(await store.putIfAbsent('s3://first/object', 'late')).toBe(false);
    expect((await store.get('s3://first/object')).toString()).toBe(winner);
  });

  it.each([
    ['nothing', 0],
    ['more than its own limit of 11 MiB', 12 * 2 ** 20],
  ])('holds an object of %s', async (_, bytes) => {
    await s3.createBucket('sizes');
    await store.put('s3://sizes/object', Buffer.alloc(bytes, 7));
    expect(await store.head('s3://sizes/object')).toMatchObject({ bytes });
  });

  it.each(['application/json', 'application/x-www-form-urlencoded', 'text/plain'])(
    'gives bytes of type %s back as they came',
    async (contentType) => {
      await s3.createBucket('types');
      await store.put('s3://types/object', '{"a": 1}&b=%20', { contentType });
      expect((await store.get('s3://types/object')).toString()).toBe('{"a": 1}&b=%20');
    },
  );
});
