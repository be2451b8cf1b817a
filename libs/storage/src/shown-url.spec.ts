import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { shownUrl } from './shown-url.js';

/** A word that is nowhere by chance. */
const secret = fc.stringMatching(/^[a-z0-9]{6,12}$/).map((word) => `SECRET${word}`);
const odd = fc.constantFrom('', '?', '#', '/', ':', '@', '%zz', '[', ']', ' ', '\\');
const scheme = fc.constantFrom('http', 'https', 'ftp', 'gs', 'data', 'x', 's3', 'file');

describe('shownUrl', () => {
  it('shows scheme, host and path', () => {
    expect(shownUrl('https://me:pw@host:8080/a/cat.jpg?sig=1#x')).toBe(
      'https://host:8080/a/cat.jpg',
    );
    expect(shownUrl('s3://photos/a b%20c.jpg')).toBe('s3://photos/a b%20c.jpg');
    expect(shownUrl('s3://photos/icon@2x.png')).toBe('s3://photos/icon@2x.png');
    expect(shownUrl('file:///photos/cat.jpg')).toBe('file:///photos/cat.jpg');
    expect(shownUrl('data:image/png;base64,AAAA')).toBe('data:…');
    expect(shownUrl('no url')).toBe('…');
  });

  it('cuts what is long', () => {
    expect(shownUrl(`https://host/${'x'.repeat(5_000)}`).length).toBeLessThan(210);
  });

  it('never shows a password, wherever the URL is broken', () => {
    fc.assert(
      fc.property(scheme, secret, odd, odd, odd, (name, word, first, second, third) => {
        const text = `${name}://user${first}:${second}${word}${third}@host/cat.jpg`;
        // Where what stands between makes the word a host or a path, it is one for every client.
        const { username, password } = URL.canParse(text)
          ? new URL(text)
          : { username: text, password: '' };
        fc.pre(`${username}:${password}`.includes(word));
        expect(shownUrl(text).toLowerCase()).not.toContain(word.toLowerCase());
      }),
      { numRuns: 2_000 },
    );
  });

  it('never shows a query or fragment', () => {
    fc.assert(
      fc.property(scheme, secret, odd, fc.constantFrom('?', '#'), (name, word, first, mark) => {
        const text = `${name}://host/${first}cat.jpg${mark}signature=${word}`;
        expect(shownUrl(text).toLowerCase()).not.toContain(word.toLowerCase());
      }),
      { numRuns: 2_000 },
    );
  });
});
