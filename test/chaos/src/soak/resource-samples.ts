import { logFields } from '@cropline/tools';
import { trendOf, type Allowance, type Trend } from './series.js';

/** What is measured, and by how much it may grow: caches fill and allocators keep what they had. */
const ALLOWED = {
  heapMiB: { share: 0.1, absolute: 4 },
  rssMiB: { share: 0.15, absolute: 24 },
  handles: { share: 0.2, absolute: 8 },
  files: { share: 0.2, absolute: 8 },
  keys: { share: 0.25, absolute: 100 },
  objects: { share: 0.25, absolute: 100 },
} satisfies Record<string, Allowance>;

type Quantity = keyof typeof ALLOWED;

const OF_PROCESSES: readonly Quantity[] = ['heapMiB', 'rssMiB', 'handles', 'files'];

/** Samples of what processes, Redis and object storage hold. */
export class ResourceSamples {
  readonly #samples = new Map<string, { quantity: Quantity; values: number[] }>();

  /** A process wrote a line, which may tell what it holds. */
  hear(name: string, line: string): void {
    const fields = logFields(line, 'resources');
    if (fields === null) return;
    for (const quantity of OF_PROCESSES) this.add(name, quantity, Number(fields[quantity]));
  }

  /** A sample of what this one holds. */
  add(name: string, quantity: Quantity, value: number): void {
    const key = `${name} ${quantity}`;
    const series = this.#samples.get(key) ?? { quantity, values: [] };
    series.values.push(value);
    this.#samples.set(key, series);
  }

  /** What became of each quantity. @throws When there are too few samples to tell. */
  trends(): Trend[] {
    return [...this.#samples].map(([name, { quantity, values }]) =>
      trendOf(name, values, ALLOWED[quantity]),
    );
  }
}
