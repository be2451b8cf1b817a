import { describe, expect, it } from '@jest/globals';
import type { Attack } from './attack.js';
import { readSecurityArguments } from './security-arguments.js';

const attack = (name: string, area: Attack['area']): Attack => ({
  name,
  area,
  expected: '',
  run: () => Promise.resolve(''),
});
const ATTACKS = [attack('image URL http://0/', 'addresses'), attack('a bomb', 'images')];

describe('readSecurityArguments', () => {
  it('takes all attacks, or those of a word', () => {
    expect(readSecurityArguments([], ATTACKS)).toEqual({ attacks: ATTACKS, json: false });
    const chosen = readSecurityArguments(['--only', 'BOMB', '--json'], ATTACKS);
    expect(chosen).toEqual({ attacks: [ATTACKS[1]], json: true });
    expect(readSecurityArguments(['--help'], ATTACKS)).toBeNull();
  });

  it('fuzzes for minutes, from a seed', () => {
    const args = ['--fuzz', '--minutes', '2', '--seed', '7'];
    expect(readSecurityArguments(args, ATTACKS)).toEqual({ fuzz: { minutes: 2, seed: 7 } });
    expect(readSecurityArguments(['--fuzz'], ATTACKS)).toMatchObject({ fuzz: { minutes: 5 } });
  });

  it.each([
    [['--only', 'nothing']],
    [['--minutes', '2']],
    [['--fuzz', '--json']],
    [['--fuzz', '--minutes', '0']],
    [['--fuzz', '--seed', 'x']],
    [['--other']],
    [['word']],
  ])('refuses %j', (args) => {
    expect(() => readSecurityArguments(args, ATTACKS)).toThrow(
      expect.objectContaining({ code: 'USAGE_INVALID' }),
    );
  });
});
