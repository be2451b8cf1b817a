#!/usr/bin/env node
import { writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { CroplineError, describeCause } from '@cropline/contracts';
import { readBenchArguments, USAGE, type BenchArguments } from './bench-arguments.js';
import { compareWith } from './compare/compare-with.js';
import { renderMarkdown } from './output/render-markdown.js';
import { renderSvg } from './output/render-svg.js';
import { busyWarning, describeMachine, renderReport, type BenchReport } from './report.js';

// The AWS SDK warns of a Node it will drop one day: nothing that a figure depends on.
process.removeAllListeners('warning');

// An exit, unlike a signal's own end, gives what is to be cleaned up its turn.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => process.exit(128 + constants.signals[name]));
}

const onLine = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

function measure({ name, bench, compare, options }: BenchArguments): Promise<BenchReport> {
  return compare === null
    ? bench.run({ ...options, onLine })
    : compareWith(compare, name, { ...options, onLine });
}

async function main(): Promise<void> {
  const asked = readBenchArguments(process.argv.slice(2), process.env['CROPLINE_PHOTOS']);
  if (asked === null) {
    process.stdout.write(USAGE);
    return;
  }
  const busy = busyWarning(describeMachine());
  if (busy !== null) onLine(`bench: ${busy}`);
  const report = await measure(asked);
  if (asked.markdown !== null) await writeFile(asked.markdown, renderMarkdown(report));
  if (asked.svg !== null) await writeFile(asked.svg, renderSvg(report));
  process.stdout.write(`${asked.json ? JSON.stringify(report) : renderReport(report)}\n`);
}

try {
  await main();
  process.exit(0);
} catch (error) {
  const known = error instanceof CroplineError;
  process.stderr.write(`bench: ${known ? `${error.code}: ` : ''}${describeCause(error)}\n`);
  process.exit(known && error.code === 'USAGE_INVALID' ? 2 : 1);
}
