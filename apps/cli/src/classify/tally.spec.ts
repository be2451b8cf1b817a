import { describe, expect, it } from '@jest/globals';
import { sampleResult } from '../testing/sample-batch.js';
import { Tally } from './tally.js';

describe('Tally', () => {
  it('sums up what there was, with a rate that leaves the start out', () => {
    const clock = { ms: 0 };
    const tally = new Tally(() => clock.ms);
    clock.ms = 2000;
    for (let index = 0; index < 101; index += 1) {
      tally.count(sampleResult('a', index < 2 ? 'IMAGE_NOT_FOUND' : undefined));
      clock.ms += index < 100 ? 100 : 0;
    }
    expect(tally.summary()).toBe('101 images in 12 s (10 images/s), 2 failed: IMAGE_NOT_FOUND 2');
  });

  it('tells no rate of a few images', () => {
    const tally = new Tally(() => 0);
    tally.count(sampleResult('a'));
    expect(tally.summary()).toBe('1 image in 0 s');
  });

  it('knows how far it is once it knows how many there are', () => {
    const clock = { ms: 0 };
    const tally = new Tally(() => clock.ms);
    tally.count(sampleResult('a'));
    expect(tally.progress(null)).toMatchObject({
      done: 1,
      total: null,
      rate: null,
      etaSeconds: null,
    });
    clock.ms = 1000;
    tally.count(sampleResult('b', 'IMAGE_NOT_FOUND'));
    expect(tally.progress(4)).toMatchObject({ done: 2, failed: 1, rate: 1, etaSeconds: 2 });
  });
});
