import type { BenchReport } from '../report.js';

/** The report as a Markdown table, with the machine and its instruction sets above it and the ratios below. */
export function renderMarkdown({ bench, machine, rows, ratios }: BenchReport): string {
  const { cpu, cores, memoryGiB, os, node, instructions } = machine;
  const sets = instructions.length === 0 ? '' : ` (${instructions.join(' ')})`;
  return [
    `**${bench}** on ${cpu}${sets}, ${cores} cores, ${memoryGiB} GiB, ${os}, Node ${node}`,
    '',
    '| contender | median | min | max | unit |',
    '| --- | ---: | ---: | ---: | --- |',
    ...rows.map(
      ({ contender, median, min, max, unit }) =>
        `| ${contender} | ${median} | ${min} | ${max} | ${unit} |`,
    ),
    '',
    Object.entries(ratios)
      .map(([name, value]) => `\`${name}\` ${value}`)
      .join(', '),
    '',
  ].join('\n');
}
