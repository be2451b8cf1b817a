import type { Architecture, Layer } from '../architecture/architecture.js';

const SUMS = '/sums';

/** The name of the range of a normalization's Σ alpha / size · x² + bias. */
export const sumsName = (normalization: string): string => `${normalization}${SUMS}`;

/** Whether a range is of such sums. */
export const isSums = (name: string): boolean => name.endsWith(SUMS);

/**
 * The values whose ranges a graph in whole numbers needs, in the order of the layers: what each convolution
 * and each normalization makes, by its name, and the normalizations' sums. A max pool makes no new value.
 */
export function rangeNames(architecture: Architecture): readonly string[] {
  return architecture.layers.flatMap(namesOf);
}

function namesOf(layer: Layer): readonly string[] {
  switch (layer.kind) {
    case 'convolution':
      return [layer.name];
    case 'max-pool':
      return [];
    case 'response-normalization':
      return [sumsName(layer.name), layer.name];
    case 'inception':
      return layer.branches.flatMap((branch) => branch.flatMap(namesOf));
  }
}
