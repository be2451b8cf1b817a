import type { Variant } from '../architecture/variant.js';
import type { NamedTensors } from '../weights/named-tensors.js';
import type { CalibrationRanges } from './calibration-ranges.js';

/** Changes whenever the emitted graph does; part of the name of a cached graph. */
export const INT8_GRAPH_VERSION = 1;

export function emitInt8Graph(
  variant: Variant,
  weights: NamedTensors,
  ranges: CalibrationRanges,
): Uint8Array<ArrayBuffer> {
  throw new Error(`Not emitted yet: ${variant} ${weights.size} ${ranges.crops}`);
}
