import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import picomatch from 'picomatch';
import { compileGlob } from './glob.js';

describe('compileGlob', () => {
  it.each([
    ['*.jpg', 'cat.jpg', true],
    ['*.jpg', '.jpg', true],
    ['*.jpg', 'a/cat.jpg', false],
    ['*.jpg', 'cat.jpgx', false],
    ['*.{jpg,jpeg,png}', 'cat.jpeg', true],
    ['*.{jpg,p{n,p}g}', 'cat.ppg', true],
    ['*.{jpg}', 'cat.{jpg}', true],
    ['a/**/*.jpg', 'a/cat.jpg', true],
    ['a/**/*.jpg', 'a/b/c/cat.jpg', true],
    ['a/**/*.jpg', 'ab/cat.jpg', false],
    ['**/cat.jpg', 'cat.jpg', true],
    ['**/cat.jpg', 'bobcat.jpg', false],
    ['a/**', 'a/b/c', true],
    ['a/**b', 'a/xb', true],
    ['a/**b', 'a/x/b', false],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['[a-c]?', 'bx', true],
    ['[!a-c]?', 'bx', false],
    ['[^a-c]', '/', false],
    ['[]]', ']', true],
    ['a[b', 'a[b', true],
    ['a{b', 'a{b', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['photo (1).jpg', 'photo (1).jpg', true],
    ['', '', true],
    ['*', '', true],
    ['ä*ß', 'ä–ß', true],
  ])('%s and %s: %s', (glob, text, expected) => {
    expect(compileGlob(glob)(text)).toBe(expected);
  });

  it('takes what globs take elsewhere', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 4 });
    const part = fc.oneof(name, fc.constantFrom('*', '?', '[ab]', '[^a]', 'a*b', '*.a', '{a,b*}'));
    const glob = fc.array(fc.oneof(part, fc.constant('**')), { minLength: 1, maxLength: 4 });
    const text = fc.array(name, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(glob, text, (globs, texts) => {
        // At its end, other globs let ** stand for nothing, and the slash before it too.
        fc.pre(globs.at(-1) !== '**');
        // Folders of these names are left out by them.
        fc.pre(![...globs, ...texts].some((one) => /^\.\.?$/.test(one)));
        const [joined, path] = [globs.join('/'), texts.join('/')];
        expect(compileGlob(joined)(path)).toBe(picomatch(joined, { dot: true })(path));
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes no longer for globs that a regular expression would never end on', () => {
    const key = 'a'.repeat(1024);
    for (const glob of ['*a'.repeat(250), '{a,*}'.repeat(100), '**/'.repeat(170)]) {
      expect(compileGlob(`${glob}b`)(key)).toBe(false);
      expect(compileGlob(`${glob}b`)(key.replaceAll('aa', 'a/'))).toBe(false);
    }
  });
});
