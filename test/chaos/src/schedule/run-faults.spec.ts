import { describe, expect, it } from '@jest/globals';
import { Violations } from '../checks/violations.js';
import type { ChaosSystem } from '../chaos-system.js';
import type { Fault } from '../fault.js';
import { runFaults, type Injection } from './run-faults.js';

/** A system that is always well. */
const system = {
  untilBusy: () => Promise.resolve(),
  untilDone: () => Promise.resolve(),
  until: () => Promise.resolve(),
} as unknown as ChaosSystem;

const fault = (name: string, inject: Fault<ChaosSystem>['inject']): Fault<ChaosSystem> => ({
  name,
  area: 'redis',
  expected: 'nothing',
  inject,
});

async function run(seed: string, faults: readonly Fault<ChaosSystem>[]): Promise<Injection[]> {
  const injections: Injection[] = [];
  await runFaults({
    system,
    faults,
    seed,
    // The time is over, but each is to be injected.
    endsAt: 0,
    violations: new Violations(),
    signal: new AbortController().signal,
    onInjection: (injection) => injections.push(injection),
  });
  return injections;
}

const drawing = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) =>
  fault(name, (_, random) => Promise.resolve(`${name} ${random()}`)),
);

describe('runFaults', () => {
  it('injects each fault, in the order and severity of the seed', async () => {
    const [first, again, other] = await Promise.all(
      ['1', '1', '2'].map(async (seed) => (await run(seed, drawing)).map(({ done }) => done)),
    );
    expect(new Set(first?.map((done) => done[0]))).toEqual(new Set('abcdef'));
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('notes what a fault finds broken, and goes on with the next', async () => {
    const injections = await run('1', [
      fault('broken', () => Promise.reject(new Error('It was lost.'))),
      ...drawing.slice(0, 1),
    ]);
    const found = new Map(injections.map(({ fault: { name }, violations }) => [name, violations]));
    expect(found).toEqual(
      new Map([
        ['broken', ['broken: It was lost.']],
        ['a', []],
      ]),
    );
  });
});
