import type { ChaosOutcome } from '../run-chaos.js';
import type { SoakOutcome } from '../soak/run-soak.js';
import { faultTable } from './fault-table.js';
import { trendTable } from './trend-table.js';

/** What a command tells of a run: for programs, for people, and whether all held. */
export interface Report {
  readonly outcome: object;
  readonly report: string;
  readonly held: boolean;
}

/** The report of a run with faults. */
export function chaosReport(outcome: ChaosOutcome): Report {
  const { injections, violations, batches, items, seconds, restarts } = outcome;
  const faults = injections.map(({ fault, ...injection }) => ({
    fault: fault.name,
    expected: fault.expected,
    ...injection,
  }));
  return {
    outcome: { ...outcome, injections: faults },
    report: [
      faultTable(injections),
      `\n${injections.length} faults in ${seconds} s, while ${batches} batches of ${items} items came to their ` +
        `end; processes ended and came back ${restarts} times.`,
      judgement(violations),
    ].join('\n'),
    held: violations.length === 0,
  };
}

/** The report of a soak. */
export function soakReport(outcome: SoakOutcome): Report {
  const { trends, violations, batches, items, seconds } = outcome;
  const growing = trends
    .filter(({ flat }) => !flat)
    .map(({ name, warm, end }) => `${name} grew from ${warm.toFixed(1)} to ${end.toFixed(1)}.`);
  const faults = [...violations, ...growing];
  return {
    outcome,
    report: [
      trendTable(trends),
      `\n${batches} batches of ${items} items in ${seconds} s.`,
      judgement(faults),
    ].join('\n'),
    held: faults.length === 0,
  };
}

function judgement(violations: readonly string[]): string {
  if (violations.length === 0) return 'Everything held.';
  return `${violations.length} VIOLATIONS:\n${violations.map((text) => `  ${text}`).join('\n')}`;
}
