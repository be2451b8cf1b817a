import { describe, expect, it } from '@jest/globals';
import { trendOf } from './series.js';

const allowed = { share: 0.1, absolute: 2 };

describe('trendOf', () => {
  it('takes what warms up and then stays for flat', () => {
    const samples = [1, 20, 50, 51, 49, 50, 80, 50, 51, 50, 50, 52];
    expect(trendOf('heap', samples, allowed)).toEqual({
      name: 'heap',
      warm: 50,
      end: 50,
      flat: true,
    });
  });

  it('sees what grows slowly all the time', () => {
    const samples = Array.from({ length: 40 }, (_, index) => 50 + index);
    expect(trendOf('heap', samples, allowed)).toMatchObject({ flat: false });
  });

  it('does not judge what it has hardly seen', () => {
    expect(() => trendOf('heap', [1, 2, 3], allowed)).toThrow('run longer');
  });
});
