import { describe, expect, it } from '@jest/globals';
import { suspicionOf, unexplainedDeaths, type Suspicion } from './suspicion.js';

const note = (deaths: number, running: number | null, blamed = {}): Suspicion => ({
  deaths,
  running,
  blamed,
});

describe('the suspicion about a chunk', () => {
  it('is none while no worker died over it', () => {
    expect(suspicionOf(0, 0)).toBeNull();
    expect(suspicionOf(note(0, 3), 0)).toBeNull();
  });

  it('blames no image for the first death, nor for one between two images', () => {
    expect(suspicionOf(0, 1)).toEqual(note(1, null));
    expect(suspicionOf(note(1, null, { 4: 1 }), 2)).toEqual(note(2, null, { 4: 1 }));
  });

  it('blames the image that ran alone, once for each death', () => {
    const once = suspicionOf(note(1, 7), 2);
    expect(once).toEqual(note(2, null, { 7: 1 }));
    expect(suspicionOf({ ...once, running: 7 }, 3)).toEqual(note(3, null, { 7: 2 }));
    expect(suspicionOf({ ...once, running: 9 }, 3)).toEqual(note(3, null, { 7: 1, 9: 1 }));
  });

  it('blames nobody when the chunk came back without a death', () => {
    expect(suspicionOf(note(1, 7), 1)).toEqual(note(1, null));
  });

  it('tells how many deaths no image explains', () => {
    expect(unexplainedDeaths(note(5, null, { 7: 2, 9: 1 }))).toBe(2);
  });
});
