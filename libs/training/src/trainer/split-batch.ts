import type { LabelledBatch } from '../data/labelled-batch.js';

/** A batch in parts that are as equal as they can be, the larger ones first, in order. No more parts than images. */
export function splitBatch(
  { pixels, labels, count }: LabelledBatch,
  parts: number,
): LabelledBatch[] {
  const bytes = pixels.length / count;
  const used = Math.min(parts, count);
  const edge = (part: number): number =>
    part * Math.floor(count / used) + Math.min(part, count % used);
  return Array.from({ length: used }, (_, part) => {
    const [from, to] = [edge(part), edge(part + 1)];
    return {
      pixels: pixels.slice(from * bytes, to * bytes),
      labels: labels.slice(from, to),
      count: to - from,
    };
  });
}
