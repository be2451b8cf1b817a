import { describe, expect, it } from '@jest/globals';
import { mapInOrder } from './map-in-order.js';

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

/** A promise and the function that settles it. */
function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

describe('mapInOrder', () => {
  it('yields in the order of the source, whatever ends first', async () => {
    const gates = [0, 1, 2].map(() => deferred<string>());
    const results = collect(mapInOrder([0, 1, 2], { concurrency: 3 }, (n) => gates[n]!.promise));
    gates[2]!.resolve('c');
    await turns();
    gates[1]!.resolve('b');
    gates[0]!.resolve('a');
    expect(await results).toEqual(['a', 'b', 'c']);
  });

  it('runs no more than `concurrency` at once, and all of them', async () => {
    let running = 0;
    let most = 0;
    const run = async (n: number): Promise<number> => {
      running += 1;
      most = Math.max(most, running);
      await turns();
      running -= 1;
      return n * 2;
    };
    const source = Array.from({ length: 50 }, (_, n) => n);
    expect(await collect(mapInOrder(source, { concurrency: 4 }, run))).toEqual(
      source.map((n) => n * 2),
    );
    expect(most).toBe(4);
  });

  it('takes no more than `ahead` values while the first is slow', async () => {
    const slow = deferred<number>();
    let taken = 0;
    function* endless(): Generator<number> {
      for (;;) yield taken++;
    }
    const results = mapInOrder(endless(), { concurrency: 2, ahead: 10 }, (n) =>
      n === 0 ? slow.promise : Promise.resolve(n),
    );
    const first = results.next();
    await turns();
    await turns();
    expect(taken).toBe(10);
    slow.resolve(0);
    expect(await first).toEqual({ done: false, value: 0 });
    await results.return();
  });

  it('hands on a result while the source is still waiting for its next value', async () => {
    async function* silentAfterOne(): AsyncGenerator<number> {
      yield 7;
      await new Promise<never>(() => undefined);
    }
    const results = mapInOrder(silentAfterOne(), { concurrency: 2 }, (n) => Promise.resolve(n));
    expect((await results.next()).value).toBe(7);
    await results.return();
  });

  it('throws what a run or the source throws, without waiting for the others', async () => {
    const stuck = new Promise<never>(() => undefined);
    const failing = mapInOrder([0, 1], { concurrency: 2 }, (n) =>
      n === 0 ? stuck : Promise.reject(new Error('no')),
    );
    await expect(collect(failing)).rejects.toThrow('no');

    function* broken(): Generator<number> {
      yield 1;
      throw new Error('source');
    }
    const source = mapInOrder(broken(), { concurrency: 1 }, () => Promise.resolve(1));
    await expect(collect(source)).rejects.toThrow('source');
  });

  it('yields nothing for an empty source', async () => {
    expect(await collect(mapInOrder([], { concurrency: 2 }, () => Promise.resolve(1)))).toEqual([]);
  });
});
