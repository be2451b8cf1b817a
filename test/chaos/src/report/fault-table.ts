import type { Injection } from '../schedule/run-faults.js';

/** A line a fault, as a Markdown table: how often it was injected, how long it took, and whether all held. */
export function faultTable(injections: readonly Injection[]): string {
  const byName = new Map<string, Injection[]>();
  for (const injection of injections) {
    const { name } = injection.fault;
    byName.set(name, [...(byName.get(name) ?? []), injection]);
  }
  const rows = [...byName].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return [
    '| fault | times | injected | expected | seconds until well | outcome |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map(([name, times]) => {
      const broken = times.filter(({ violations }) => violations.length > 0).length;
      return (
        `| ${name} | ${times.length} | ${times.map(({ done }) => done || '–').join('; ')} | ` +
        `${times[0]?.fault.expected ?? ''} | ${times.map(({ seconds }) => seconds).join(', ')} | ` +
        `${broken === 0 ? 'all held' : `VIOLATED (${broken} times)`} |`
      );
    }),
  ].join('\n');
}
