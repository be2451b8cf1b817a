import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { cpuInstructions } from './cpu-instructions.js';
import type { CurvePlot } from './output/render-curves.js';
import type { TimelinePlot } from './output/render-timeline.js';

/** Taken before a bench begins: later it is the bench's own. */
const LOAD_AT_START = loadavg()[0] ?? 0;

/** The load a core from which on figures are not to be trusted. */
const BUSY = 0.5;

/** One contender's samples of one figure, one a round. */
export interface BenchRow {
  readonly contender: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly samples: readonly number[];
}

/** What a bench prints with `--json`. Ratios compare medians of rounds taken in turn in one run. */
export interface BenchReport {
  readonly bench: string;
  readonly machine: Machine;
  readonly rows: readonly BenchRow[];
  readonly ratios: Readonly<Record<string, number>>;
  /** What its plot shows where that is not the rows. */
  readonly plot?: CurvePlot;
  /** What was seen while it ran, where its plot shows that. */
  readonly timeline?: TimelinePlot;
}

/** The machine a figure was taken on, without which it means nothing. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly os: string;
  readonly node: string;
  /** The processor's instruction sets that inference makes use of. */
  readonly instructions: readonly string[];
  /** Processes that ran or waited on average in the minute before the bench; 0 where the system does not tell. */
  readonly loadAverage: number;
}

/** The facts of this machine. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${process.platform} ${release()} ${process.arch}`,
    node: process.versions.node,
    instructions: cpuInstructions(),
    loadAverage: round(LOAD_AT_START),
  };
}

/** What to say of a machine that had other work when the bench began; null when it had little. */
export function busyWarning(
  { loadAverage }: Pick<Machine, 'loadAverage'>,
  cores = availableParallelism(),
): string | null {
  if (loadAverage <= BUSY * cores) return null;
  return `The machine was busy when the bench began (load average ${loadAverage} on ${cores} cores): expect lower figures and a wider spread`;
}

/** The middle of the samples; the mean of the two middle ones when their number is even. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** A row from one contender's samples. */
export function summarise(contender: string, unit: string, samples: readonly number[]): BenchRow {
  return {
    contender,
    unit,
    median: round(median(samples)),
    min: round(Math.min(...samples)),
    max: round(Math.max(...samples)),
    samples: samples.map(round),
  };
}

/** Four significant digits: more would claim what a bench cannot know. */
export function round(value: number): number {
  return Number(value.toPrecision(4));
}

/** The report as lines for a terminal. */
export function renderReport(report: BenchReport): string {
  const { machine } = report;
  const lines = [
    `${report.bench} on ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}`,
    ...(machine.instructions.length === 0 ? [] : [machine.instructions.join(' ')]),
    '',
  ];
  const width = Math.max(...report.rows.map((row) => row.contender.length));
  for (const row of report.rows) {
    const spread =
      row.samples.length > 1 ? `  (${row.min} to ${row.max}, ${row.samples.length} rounds)` : '';
    lines.push(
      `  ${row.contender.padEnd(width)}  ${String(row.median).padStart(8)} ${row.unit}${spread}`,
    );
  }
  lines.push('');
  for (const [name, value] of Object.entries(report.ratios)) lines.push(`  ${name}: ${value}`);
  return lines.join('\n');
}
