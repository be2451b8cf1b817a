import { describe, expect, it } from '@jest/globals';
import type { Attack } from './attack.js';
import { renderTable } from './render-table.js';
import { runAttack } from './run-attack.js';
import { sharedPart, stopSharedParts } from './shared-part.js';

const attack = (run: () => Promise<string>): Attack => ({
  name: 'a | b',
  area: 'requests',
  expected: '404',
  run,
});

describe('runAttack', () => {
  it('tells what came of it, and whether that was expected', async () => {
    expect(await runAttack(attack(() => Promise.resolve('404')))).toMatchObject({ held: true });
    expect(await runAttack(attack(() => Promise.resolve('200')))).toMatchObject({
      got: '200',
      held: false,
    });
  });

  it('goes on after an attack that breaks down or never ends', async () => {
    const broken = await runAttack(attack(() => Promise.reject(new Error('no server'))));
    expect(broken).toMatchObject({ got: 'broke down: no server', held: false });
    const endless = await runAttack(
      attack(() => new Promise(() => undefined)),
      20,
    );
    expect(endless).toMatchObject({ got: 'no end within 20 ms', held: false });
  });
});

describe('renderTable', () => {
  it('marks and counts what differs', async () => {
    const outcomes = [
      await runAttack(attack(() => Promise.resolve('404'))),
      await runAttack(attack(() => Promise.resolve('200'))),
    ];
    expect(renderTable(outcomes)).toBe(
      [
        'requests:',
        '',
        '| attack | expected | got              |',
        '| ------ | -------- | ---------------- |',
        '| a \\| b | 404      | 404              |',
        '| a \\| b | 404      | 200  <-- differs |',
        '',
        '2 attacks, 1 not as expected.',
      ].join('\n'),
    );
  });
});

describe('sharedPart', () => {
  it('starts once for all, stops once, and starts again when it is asked for again', async () => {
    const calls: string[] = [];
    const part = sharedPart(
      () => Promise.resolve(calls.push('start')),
      () => Promise.resolve(void calls.push('stop')),
    );
    await stopSharedParts();
    expect(calls).toEqual([]);
    await Promise.all([part(), part()]);
    expect(calls).toEqual(['start']);
    await stopSharedParts();
    expect(calls).toEqual(['start', 'stop']);
    await part();
    await stopSharedParts();
    expect(calls).toEqual(['start', 'stop', 'start', 'stop']);
  });
});
