import { median, round, summarise, type BenchReport, type BenchRow } from '../report.js';

const HERE = 'working tree';

/**
 * One report of several runs of the same bench here and in a checkout of another commit: every figure, and
 * every ratio, of both, one sample a run; and as ratios, `<name>_vs_<ref>`, how many times that of the other
 * the median of the working tree's is. What only one of the two measures has no ratio.
 */
export function combineReports(
  ref: string,
  here: readonly BenchReport[],
  there: readonly BenchReport[],
): BenchReport {
  const [first] = here;
  if (first === undefined) throw new RangeError('Expected a report at least');
  const ours = figures(here);
  const theirs = figures(there);
  const rows: BenchRow[] = [];
  const ratios: Record<string, number> = {};
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    const [own, other] = [ours.get(name), theirs.get(name)];
    if (own !== undefined) rows.push(summarise(`${name} (${HERE})`, own.unit, own.samples));
    if (other !== undefined) rows.push(summarise(`${name} (${ref})`, other.unit, other.samples));
    if (own === undefined || other === undefined) continue;
    const ratio = median(own.samples) / median(other.samples);
    if (Number.isFinite(ratio)) ratios[`${name}_vs_${ref}`] = round(ratio);
  }
  return { bench: `${first.bench} against ${ref}`, machine: first.machine, rows, ratios };
}

interface Figure {
  readonly unit: string;
  readonly samples: number[];
}

/** Rows and ratios by name, each with one sample a report. */
function figures(reports: readonly BenchReport[]): Map<string, Figure> {
  const found = new Map<string, Figure>();
  const add = (name: string, unit: string, sample: number): void => {
    const figure = found.get(name) ?? { unit, samples: [] };
    figure.samples.push(sample);
    found.set(name, figure);
  };
  for (const { rows, ratios } of reports) {
    for (const { contender, unit, median } of rows) add(contender, unit, median);
    for (const [name, value] of Object.entries(ratios)) add(name, '', value);
  }
  return found;
}
