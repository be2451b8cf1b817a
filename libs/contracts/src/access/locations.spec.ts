import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isLocationPrefix, liesBelow, mayRead, mayWrite } from './locations.js';

describe('liesBelow', () => {
  it.each([
    ['s3://photos/cats/1.jpg', 's3://photos/cats/'],
    ['s3://photos/cats/1.jpg', 's3://photos/cats'],
    ['s3://photos/cats/a?b#c%2e.jpg', 's3://photos/cats/'],
    ['s3://photos/1.jpg', 's3://photos'],
    ['S3://photos/cats/1.jpg', 's3://'],
    ['https://host/a/1.jpg?signature=x', 'https://host/a/'],
    ['https://HOST:443/a/b/../1.jpg', 'https://host/a/'],
    ['https://host/a%2Fb.jpg', 'https://host'],
    ['http://127.0.0.1:9000/x', 'http://127.0.0.1:9000/'],
    ['file:///srv/photos/1.jpg', 'file:///srv/photos'],
  ])('%s is below %s', (url, prefix) => {
    expect(liesBelow(url, prefix)).toBe(true);
  });

  it.each([
    ['s3://photos/cats-of-others/1.jpg', 's3://photos/cats'],
    // As a source it would list all that begins so.
    ['s3://photos/cats', 's3://photos/cats/'],
    ['s3://photos-of-others/1.jpg', 's3://photos'],
    ['s3://photos/cats/../dogs/1.jpg', 's3://photos/cats/'],
    ['s3://photos/cats/./1.jpg', 's3://photos/cats/'],
    ['https://host/a/../b/1.jpg', 'https://host/a/'],
    ['https://host/a/%2e%2e/b/1.jpg', 'https://host/a/'],
    ['https://host/a/..%2fb/1.jpg', 'https://host/a/'],
    ['https://host/a/..%5cb/1.jpg', 'https://host/a/'],
    ['https://host/a/%ff', 'https://host/a/'],
    ['https://host.evil/a/1.jpg', 'https://host/a/'],
    ['https://host@evil/a/1.jpg', 'https://host/a/'],
    ['https://host:8443/a/1.jpg', 'https://host/a/'],
    ['http://host/a/1.jpg', 'https://host/a/'],
    ['http://host/a/1.jpg', 'https://'],
    ['data:image/png;base64,AA', 'https://'],
    ['cats/1.jpg', 's3://'],
    ['s3:///cats/1.jpg', 's3://'],
  ])('%s is not below %s', (url, prefix) => {
    expect(liesBelow(url, prefix)).toBe(false);
  });

  it('takes in what is below a folder, whatever its name, and nothing beside it', () => {
    const name = fc
      .string({ minLength: 1, unit: 'binary' })
      .filter((text) => !text.split(/[/\\]/).some((segment) => /^\.\.?$/.test(segment)));
    fc.assert(
      fc.property(
        name.filter((text) => !text.endsWith('/')),
        name,
        (folder, key) => {
          expect(liesBelow(`s3://photos/x${folder}/${key}`, `s3://photos/x${folder}`)).toBe(
            !/[?#]/.test(folder),
          );
          expect(liesBelow(`s3://photos/x${folder}y/${key}`, `s3://photos/x${folder}`)).toBe(false);
        },
      ),
    );
  });
});

it.each(['s3://photos/cats?x=1', 'photos/cats', 'ftp://host/', 's3://', 'https://'])(
  'tells whether %s can be a prefix',
  (text) => {
    expect(isLocationPrefix(text)).toBe(/^(s3|https):\/\/$/.test(text));
  },
);

it('looks at every prefix of a caller, and takes an output for a folder', () => {
  const caller = { read: ['s3://a/', 's3://b/c/'], write: ['s3://out/mine/'] };
  expect(mayRead(caller, 's3://b/c/1.jpg')).toBe(true);
  expect(mayRead(caller, 's3://b/d/1.jpg')).toBe(false);
  expect(mayRead({ read: [] }, 's3://a/1.jpg')).toBe(false);
  expect(mayWrite(caller, 's3://out/mine')).toBe(true);
  expect(mayWrite(caller, 's3://out/mine/june/')).toBe(true);
  expect(mayWrite(caller, 's3://out')).toBe(false);
});
