import { describe, expect, it } from '@jest/globals';
import { bucketRules, checkReadable, checkWritable, type BucketRules } from './bucket-rules.js';

const RULES: BucketRules = {
  allowed: ['photos', 'archive/2026', 'results'],
  closed: ['s3://results/batches/access'],
};
const FORBIDDEN: unknown = expect.objectContaining({ code: 'LOCATION_FORBIDDEN' });

describe('checkReadable', () => {
  it.each([
    's3://photos/cat.jpg',
    's3://photos',
    's3://photos/',
    's3://archive/2026/',
    's3://archive/2026/cat.jpg',
    's3://results/batches/access-logs/a.jpg',
    'https://example.com/cat.jpg',
    'file:///photos/cat.jpg',
  ])('lets %s through', (url) => {
    expect(() => checkReadable(RULES, url)).not.toThrow();
  });

  it.each([
    's3://secrets/cat.jpg',
    'S3://secrets/cat.jpg',
    's3://photos-of-others/cat.jpg',
    's3://archive/2025/cat.jpg',
    's3://archive/2026-draft/cat.jpg',
    's3://archive/2026',
    's3://archive/2026/../2025/cat.jpg',
    's3://photos/./../../secrets/cat.jpg',
    's3://results/batches/access',
    's3://results/batches/access/keys/abc.json',
    's3://results//batches///access/keys/abc.json',
    's3://results/batches/x/../access/keys/abc.json',
    's3:///cat.jpg',
    's3://',
  ])('refuses %s', (url) => {
    expect(() => checkReadable(RULES, url)).toThrow(FORBIDDEN);
  });

  it('without a list takes every bucket, but not what is closed', () => {
    const open = { closed: ['s3://results/access/'] };
    expect(() => checkReadable(open, 's3://any/cat.jpg')).not.toThrow();
    expect(() => checkReadable(open, 's3://results/access/keys/abc.json')).toThrow(FORBIDDEN);
    expect(() => checkReadable({}, 's3://results/access/keys/abc.json')).not.toThrow();
  });

  it('with an empty list takes none', () => {
    expect(() => checkReadable({ allowed: [] }, 's3://photos/cat.jpg')).toThrow(FORBIDDEN);
  });
});

describe('checkWritable', () => {
  it('takes the URL for a folder, with a slash at its end or without', () => {
    expect(() => checkWritable(RULES, 's3://archive/2026')).not.toThrow();
    expect(() => checkWritable(RULES, 's3://archive')).toThrow(FORBIDDEN);
    expect(() => checkWritable(RULES, 's3://results/batches/access')).toThrow(FORBIDDEN);
    expect(() => checkWritable(RULES, 's3://results/batches')).not.toThrow();
  });
});

describe('bucketRules', () => {
  it('allows the output of the service, and closes where keys are stored', () => {
    const outputUrl = 's3://results/batches/';
    const settings = { allowedBuckets: ['photos'], outputUrl, accessUrl: undefined };
    expect(bucketRules(settings)).toEqual({
      allowed: ['photos', 'results/batches'],
      closed: ['s3://results/batches/access'],
    });
    expect(bucketRules({ ...settings, accessUrl: 's3://keys' }).closed).toEqual(['s3://keys']);
    expect(bucketRules({ ...settings, allowedBuckets: undefined }).allowed).toBeUndefined();
    const unknown = { allowedBuckets: ['photos'], outputUrl: undefined, accessUrl: undefined };
    expect(bucketRules(unknown)).toEqual({ allowed: ['photos'], closed: [] });
  });
});
