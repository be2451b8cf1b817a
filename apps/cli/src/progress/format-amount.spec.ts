import { describe, expect, it } from '@jest/globals';
import { formatBytes, formatCount, formatDuration, formatRate } from './format-amount.js';

describe('amounts', () => {
  it.each([
    [0, '0 s'],
    [59.4, '59 s'],
    [59.6, '1 min 00 s'],
    [125, '2 min 05 s'],
    [11_220, '3 h 07 min'],
    [187_200, '2 d 4 h'],
    [-1, '0 s'],
  ])('%d seconds are %s', (seconds, expected) => {
    expect(formatDuration(seconds)).toBe(expected);
  });

  it.each([
    [812, '812 B'],
    [1024, '1.0 KiB'],
    [28_000_000, '26.7 MiB'],
    [5 * 2 ** 40, '5.0 TiB'],
    [2 ** 53, '8192.0 TiB'],
  ])('%d bytes are %s', (bytes, expected) => {
    expect(formatBytes(bytes)).toBe(expected);
  });

  it('sets thousands apart, and gives slow rates a decimal', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567');
    expect(formatRate(3.44)).toBe('3.4');
    expect(formatRate(1280.4)).toBe('1,280');
  });
});
