import { describeCause } from '@cropline/contracts';
import type { Attack } from './attack.js';

/** How long an attack may go on before the run goes on without it: none may hang what it is aimed at. */
const PATIENCE_MS = 60_000;

/** An attack, and what came of it. */
export interface AttackOutcome extends Pick<Attack, 'name' | 'area' | 'expected'> {
  readonly got: string;
  /** Whether that is what was expected. */
  readonly held: boolean;
}

/** Tries one. An attack that breaks down, or never ends, has not held: `got` tells why. */
export async function runAttack(attack: Attack, patienceMs = PATIENCE_MS): Promise<AttackOutcome> {
  const { name, area, expected } = attack;
  let timer: NodeJS.Timeout | undefined;
  const noEnd = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no end within ${patienceMs} ms`), patienceMs);
  });
  try {
    const got = await Promise.race([attack.run(), noEnd]);
    return { name, area, expected, got, held: got === expected };
  } catch (error) {
    return { name, area, expected, got: `broke down: ${describeCause(error)}`, held: false };
  } finally {
    clearTimeout(timer);
  }
}
