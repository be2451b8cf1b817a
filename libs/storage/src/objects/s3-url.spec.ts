import { CroplineError } from '@cropline/contracts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { joinS3Url, parseS3Url } from './s3-url.js';

describe('parseS3Url', () => {
  it.each([
    ['s3://photos', { bucket: 'photos', key: '' }],
    ['s3://photos/', { bucket: 'photos', key: '' }],
    ['s3://photos/2026/cat.jpg', { bucket: 'photos', key: '2026/cat.jpg' }],
    ['S3://My.Bucket_1/a//b', { bucket: 'My.Bucket_1', key: 'a//b' }],
    ['s3://photos/a%20b?c#d\ne', { bucket: 'photos', key: 'a%20b?c#d\ne' }],
  ])('splits %j', (url, expected) => {
    expect(parseS3Url(url)).toEqual(expected);
  });

  it.each([
    '',
    's3:',
    's3://',
    's3:///key',
    's3://a/key',
    'https://photos/key',
    's3://me:pw@photos/x',
  ])('refuses %j', (url) => {
    expect(() => parseS3Url(url)).toThrow(CroplineError);
  });

  it('does not repeat a password or a query', () => {
    expect(() => parseS3Url('https://me:hunter2@host/x?sig=hunter2')).toThrow(
      /^[^2]*https:\/\/host\/x[^2]*$/,
    );
  });
});

describe('joinS3Url', () => {
  it.each([
    [['s3://results'], 's3://results/'],
    [['s3://results', 'a', 'b.jsonl'], 's3://results/a/b.jsonl'],
    [['s3://results/june/', 'a'], 's3://results/june/a'],
    [['s3://results/june', '/a/', 'b'], 's3://results/june/a/b'],
    [['s3://results/june', 'parts/'], 's3://results/june/parts/'],
  ] as const)('joins %j to %s', ([base, ...parts], expected) => {
    expect(joinS3Url(base, ...parts)).toBe(expected);
  });

  it('gives back the key of a location below its base', () => {
    const part = fc.stringMatching(/^[^/]{1,8}$/);
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        expect(parseS3Url(joinS3Url('s3://results/june', ...parts)).key).toBe(
          ['june', ...parts].join('/'),
        );
      }),
    );
  });
});
