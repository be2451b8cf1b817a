import { describe, expect, it } from '@jest/globals';
import { withoutQuery } from './without-query.js';

describe('withoutQuery', () => {
  it.each([
    ['https://host/a.jpg?X-Amz-Signature=abc#x', 'https://host/a.jpg'],
    ['https://user:secret@host/a.jpg', 'https://host/a.jpg'],
    ['s3://bucket/key.jpg', 's3://bucket/key.jpg'],
    ['not a url?token=1', 'not a url'],
  ])('%s is logged as %s', (url, logged) => {
    expect(withoutQuery(url)).toBe(logged);
  });
});
