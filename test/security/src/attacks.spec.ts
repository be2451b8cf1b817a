import { afterAll, describe, expect, it } from '@jest/globals';
import { ATTACKS } from './attacks.js';
import { runAttack } from './run-attack.js';
import { stopSharedParts } from './shared-part.js';

describe('attacks', () => {
  afterAll(() => stopSharedParts());

  it.each(ATTACKS)('$area: $name: $expected', async (attack) => {
    expect((await runAttack(attack)).got).toBe(attack.expected);
  });

  it('have names of their own', () => {
    const names = ATTACKS.map(({ area, name }) => `${area}: ${name}`);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
});
