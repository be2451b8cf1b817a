import { describe, expect, it } from '@jest/globals';
import { BatchTurns } from './batch-turns.js';
import { MicroBatcher } from './micro-batcher.js';

const BUSY = { idle: 0, prefetching: 1 };

function setUp(now = (): number => 0) {
  const batchers = [2, 1].map((batchSize) => {
    return new MicroBatcher<string>({ batchSize, maxWaitMs: 3, now });
  });
  return { batchers, turns: new BatchTurns(batchers) };
}

describe('BatchTurns', () => {
  it('gives each batcher a batch in turn, and the rest to the one that has more', () => {
    const { batchers, turns } = setUp();
    batchers[0]?.add('many', 6, false);
    batchers[1]?.add('whole', 2, false);
    const order: string[] = [];
    for (;;) {
      const decision = turns.next(BUSY);
      if (decision.kind !== 'run') break;
      order.push(decision.places.map(({ job }) => job).join('+'));
    }
    expect(order).toEqual(['many+many', 'whole', 'many+many', 'whole', 'many+many']);
  });

  it('runs what one has while the other waits for more', () => {
    const { batchers, turns } = setUp();
    batchers[0]?.add('one', 1, false);
    batchers[1]?.add('whole', 1, false);
    expect(turns.next({ idle: 1, prefetching: 0 })).toMatchObject({
      places: [{ job: 'whole', crop: 0 }],
    });
    expect(turns.next({ idle: 1, prefetching: 0 })).toMatchObject({ kind: 'wait', ms: 3 });
  });

  it('waits for whoever is the first to wait no longer', () => {
    let time = 0;
    const { batchers, turns } = setUp(() => time);
    batchers[1]?.add('early', 1, false);
    time = 1;
    batchers[0]?.add('late', 1, false);
    expect(turns.next({ idle: 3, prefetching: 0 })).toMatchObject({ kind: 'wait', ms: 2 });
    expect(turns.next({ idle: 0, prefetching: 0 })).toMatchObject({ kind: 'rest' });
  });
});
