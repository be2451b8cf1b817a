import { describe, expect, it } from '@jest/globals';
import { parseDuration } from './duration.js';

const MOST = 400 * 86_400;

describe('parseDuration', () => {
  it.each([
    ['45s', 45],
    ['90m', 5400],
    ['36h', 129_600],
    ['7d', 604_800],
    ['2w', 1_209_600],
    ['1d12h', 129_600],
    ['1w2d3h4m5s', 788_645],
    ['400d', MOST],
  ])('reads %s', (text, seconds) => {
    expect(parseDuration(text, MOST)).toBe(seconds);
  });

  it.each([
    '',
    '36',
    'h',
    '0s',
    '1.5h',
    '-1h',
    '12h1d',
    '1 h',
    '1y',
    '1H',
    '401d',
    '9'.repeat(400) + 's',
  ])('refuses "%s"', (text) => {
    expect(() => parseDuration(text, MOST)).toThrow(/^Expected /);
  });
});
