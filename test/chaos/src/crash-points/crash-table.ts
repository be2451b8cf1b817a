import type { CrashOutcome } from './run-crash-points.js';

/** What came of the kills, a line a scenario, as Markdown. */
export function crashTable(outcomes: readonly CrashOutcome[]): string {
  const names = [...new Set(outcomes.map(({ scenario }) => scenario))];
  const rows = names.map((name) => {
    const kills = outcomes.filter(({ scenario, struck }) => scenario === name && struck);
    const steps = new Set(kills.map(({ point }) => point?.step)).size;
    const wrong = outcomes.filter(({ scenario, faults }) => scenario === name && faults.length > 0);
    const outcome = wrong.length === 0 ? 'all exact' : `${wrong.length} VIOLATIONS`;
    return `| ${name} | ${steps} | ${kills.length} | ${outcome} |`;
  });
  return [
    '| the API at | durable steps | kills | outcome |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
