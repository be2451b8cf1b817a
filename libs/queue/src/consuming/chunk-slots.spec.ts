import { describe, expect, it } from '@jest/globals';
import { ChunkSlots } from './chunk-slots.js';

const never = new AbortController().signal;

describe('the places of a worker', () => {
  it('are shared, until one chunk wants them all: it waits for those that run, and no other comes', async () => {
    const told: boolean[] = [];
    const slots = new ChunkSlots((alone) => told.push(alone));
    const leaveFirst = slots.enter();
    const leaveSecond = slots.enter();
    let entered = false;
    const alone = slots.enterAlone(never)?.then((leave) => {
      entered = true;
      return leave;
    });
    expect(slots.enter()).toBeNull();
    expect(slots.enterAlone(never)).toBeNull();
    leaveFirst?.();
    await Promise.resolve();
    expect(entered).toBe(false);
    leaveSecond?.();
    const leave = await alone;
    expect(slots.enter()).toBeNull();
    expect(told).toEqual([true]);
    leave?.();
    expect(told).toEqual([true, false]);
    expect(slots.enter()).not.toBeNull();
  });

  it('are free again when the one that waits is given up', async () => {
    const slots = new ChunkSlots(() => undefined);
    const leave = slots.enter();
    const giveUp = new AbortController();
    const alone = slots.enterAlone(giveUp.signal);
    giveUp.abort(new Error('drained'));
    await expect(alone).rejects.toThrow('drained');
    leave?.();
    expect(slots.enter()).not.toBeNull();
  });
});
