import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MicroBatcher, type BatchDecision, type Vacancy } from './micro-batcher.js';

const MAX_WAIT_MS = 3;
const IDLE: Vacancy = { idle: 1, prefetching: 0 };
const BUSY: Vacancy = { idle: 0, prefetching: 0 };
const PREFETCHING: Vacancy = { idle: 0, prefetching: 1 };

function batcherOf(batchSize: number): {
  batcher: MicroBatcher<string>;
  /** Lets time pass, in milliseconds. */
  readonly pass: (ms: number) => void;
} {
  let now = 1000;
  return {
    batcher: new MicroBatcher<string>({ batchSize, maxWaitMs: MAX_WAIT_MS, now: () => now }),
    pass: (ms) => void (now += ms),
  };
}

/** `a0 a1 b0` for a batch of two crops of `a` and one of `b`. */
const shown = (decision: BatchDecision<string>): string =>
  decision.kind === 'run'
    ? decision.places.map(({ job, crop }) => `${job}${crop}`).join(' ')
    : decision.kind;

describe('MicroBatcher', () => {
  it('runs a full batch at once', () => {
    const { batcher } = batcherOf(4);
    batcher.add('a', 3, false);
    batcher.add('b', 3, false);
    expect(shown(batcher.next(IDLE))).toBe('a0 a1 a2 b0');
    expect(batcher.waiting).toBe(2);
  });

  it('lets a crop wait for others while a device is idle, but never longer than that', () => {
    const { batcher, pass } = batcherOf(4);
    batcher.add('a', 1, false);
    expect(batcher.next(IDLE)).toEqual({ kind: 'wait', ms: MAX_WAIT_MS });
    pass(1);
    batcher.add('b', 1, false);
    expect(batcher.next(IDLE)).toEqual({ kind: 'wait', ms: MAX_WAIT_MS - 1 });
    pass(MAX_WAIT_MS - 1);
    expect(shown(batcher.next(IDLE))).toBe('a0 b0');
    expect(shown(batcher.next(IDLE))).toBe('rest');
  });

  it('gives a busy device full batches only, and none beyond the one that lies ready', () => {
    const { batcher, pass } = batcherOf(4);
    batcher.add('a', 3, false);
    pass(1000);
    expect(shown(batcher.next(PREFETCHING))).toBe('rest');
    batcher.add('b', 1, false);
    expect(shown(batcher.next(BUSY))).toBe('rest');
    expect(shown(batcher.next(PREFETCHING))).toBe('a0 a1 a2 b0');
  });

  it('runs what waited while all devices were busy as soon as one is idle', () => {
    const { batcher, pass } = batcherOf(4);
    batcher.add('a', 1, false);
    pass(MAX_WAIT_MS);
    expect(shown(batcher.next(BUSY))).toBe('rest');
    expect(shown(batcher.next(IDLE))).toBe('a0');
  });

  it('shares what there is among all devices that are idle', () => {
    const { batcher, pass } = batcherOf(8);
    batcher.add('a', 10, false);
    pass(MAX_WAIT_MS);
    expect(shown(batcher.next({ idle: 2, prefetching: 0 }))).toBe('a0 a1 a2 a3 a4');
    expect(shown(batcher.next({ idle: 1, prefetching: 1 }))).toBe('a5 a6 a7 a8 a9');
  });

  it('splits 144 crops into 18 batches of 8, and lets urgent crops in between', () => {
    const { batcher } = batcherOf(8);
    batcher.add('a', 144, false);
    const batches: string[] = [];
    for (let count = 0; batcher.waiting > 0; count += 1) {
      if (count === 2) batcher.add('u', 2, true);
      batches.push(shown(batcher.next(PREFETCHING)));
      if (batcher.waiting < 8) break;
    }
    expect(batches[2]).toBe('u0 u1 a16 a17 a18 a19 a20 a21');
    expect(batches).toHaveLength(18);
    expect(batcher.waiting).toBe(2);
  });

  it('takes what a job adds before jobs that have not begun, but after urgent crops', () => {
    const { batcher } = batcherOf(4);
    batcher.add('a', 4, false);
    batcher.add('b', 4, false);
    batcher.add('c', 3, false);
    expect(shown(batcher.next(PREFETCHING))).toBe('a0 a1 a2 a3');
    expect(shown(batcher.next(PREFETCHING))).toBe('b0 b1 b2 b3');
    batcher.add('b', 6, false, 4);
    batcher.add('a', 5, false, 4);
    batcher.add('u', 1, true);
    expect(batcher.waiting).toBe(7);
    expect(shown(batcher.next(PREFETCHING))).toBe('u0 b4 b5 a4');
    expect(shown(batcher.next(BUSY))).toBe('rest');
  });

  it('lets every job begin, however often those that have begun add crops', () => {
    const { batcher } = batcherOf(4);
    const rounds = 10;
    const most = 4 * rounds;
    for (let job = 0; job < 3; job += 1) batcher.add(`j${job}`, 4, false);
    batcher.add('last', 4, false);
    let arrived = 0;
    for (let batch = 0; ; batch += 1) {
      // Others keep coming behind it for ever, and each that has run four crops wants four more.
      batcher.add(`new${arrived++}`, 4, false);
      const decision = batcher.next(PREFETCHING);
      if (decision.kind !== 'run') throw new Error(decision.kind);
      if (decision.places.some(({ job }) => job === 'last')) break;
      expect(decision.places.every(({ job }) => job.startsWith('j'))).toBe(true);
      expect(batch).toBeLessThan(3 * rounds);
      const { job, crop } = decision.places[3]!;
      if (crop + 1 < most) batcher.add(job, crop + 5, false, crop + 1);
    }
  });

  it('forgets what is removed, and keeps what is in a batch already', () => {
    const { batcher } = batcherOf(4);
    batcher.add('a', 6, false);
    batcher.add('b', 3, false);
    expect(shown(batcher.next(IDLE))).toBe('a0 a1 a2 a3');
    expect(batcher.remove('a')).toBe(2);
    expect(batcher.remove('a')).toBe(0);
    expect(batcher.waiting).toBe(3);
    batcher.add('c', 1, false);
    expect(shown(batcher.next(IDLE))).toBe('b0 b1 b2 c0');
  });

  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({
      kind: fc.constant('add' as const),
      crops: fc.integer({ min: 1, max: 40 }),
      urgent: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 5 }) }),
    fc.record({
      kind: fc.constant('ask' as const),
      idle: fc.integer({ min: 0, max: 3 }),
      prefetching: fc.integer({ min: 0, max: 3 }),
    }),
    fc.record({ kind: fc.constant('remove' as const), job: fc.nat(20) }),
    fc.record({
      kind: fc.constant('more' as const),
      job: fc.nat(20),
      crops: fc.integer({ min: 1, max: 10 }),
    }),
  );

  it('hands over every crop exactly once, urgent first, then what was added later, in order, never late', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16 }), fc.array(step, { maxLength: 60 }), run),
      { numRuns: 500 },
    );
  });

  function run(batchSize: number, steps: readonly Step[]): void {
    let now = 0;
    const batcher = new MicroBatcher<number>({
      batchSize,
      maxWaitMs: MAX_WAIT_MS,
      now: () => now,
    });
    // The crops that wait, by the simplest rule there is: one list after the other.
    const lists: Entry[][] = [[], [], [], []];
    const waiting = (): Entry[] => lists.flat();
    const keep = (wanted: (entry: Entry) => boolean): void => {
      for (const [index, list] of lists.entries()) lists[index] = list.filter(wanted);
    };
    const added: { urgent: boolean; crops: number }[] = [];
    const push = (job: number, from: number, end: number): void => {
      const { urgent } = added[job]!;
      const list = lists[(urgent ? 0 : 2) + (from > 0 ? 0 : 1)]!;
      for (let crop = from; crop < end; crop += 1) list.push({ job, crop, since: now });
      batcher.add(job, end, urgent, from);
    };

    const ask = (vacancy: Vacancy): boolean => {
      const before = waiting();
      const oldest = Math.min(...before.map(({ since }) => since));
      const decision = batcher.next(vacancy);
      const due = vacancy.idle > 0 && now - oldest >= MAX_WAIT_MS;
      const full = vacancy.idle + vacancy.prefetching > 0 && before.length >= batchSize;
      if (decision.kind !== 'run') {
        expect(due).toBe(false);
        if (vacancy.idle <= 1) expect(full).toBe(false);
        if (decision.kind === 'wait') expect(decision.ms).toBe(oldest + MAX_WAIT_MS - now);
        else expect(vacancy.idle === 0 || before.length === 0).toBe(true);
        return false;
      }
      const count = decision.places.length;
      expect(count).toBeGreaterThan(0);
      expect(count).toBeLessThanOrEqual(batchSize);
      expect(due || full).toBe(true);
      if (vacancy.idle === 0) expect(count).toBe(batchSize);
      expect(decision.places).toEqual(
        before.slice(0, count).map(({ job, crop }) => ({ job, crop })),
      );
      const gone = new Set(before.slice(0, count));
      keep((entry) => !gone.has(entry));
      return true;
    };

    for (const action of steps) {
      if (action.kind === 'pass') now += action.ms;
      else if (action.kind === 'ask') ask(action);
      else if (action.kind === 'add') {
        const job = added.push({ urgent: action.urgent, crops: action.crops }) - 1;
        push(job, 0, action.crops);
      } else if (action.kind === 'more') {
        const job = added[action.job];
        if (job === undefined || waiting().some((entry) => entry.job === action.job)) continue;
        job.crops += action.crops;
        push(action.job, job.crops - action.crops, job.crops);
      } else {
        const others = ({ job }: Entry): boolean => job !== action.job;
        const mine = waiting().length - waiting().filter(others).length;
        keep(others);
        expect(batcher.remove(action.job)).toBe(mine);
      }
      expect(batcher.waiting).toBe(waiting().length);
    }
    now += MAX_WAIT_MS;
    while (waiting().length > 0) expect(ask(IDLE)).toBe(true);
    expect(batcher.next(IDLE)).toEqual({ kind: 'rest' });
  }
});

type Step =
  | { readonly kind: 'add'; readonly crops: number; readonly urgent: boolean }
  | { readonly kind: 'pass'; readonly ms: number }
  | ({ readonly kind: 'ask' } & Vacancy)
  | { readonly kind: 'more'; readonly job: number; readonly crops: number }
  | { readonly kind: 'remove'; readonly job: number };

interface Entry {
  readonly job: number;
  readonly crop: number;
  readonly since: number;
}
