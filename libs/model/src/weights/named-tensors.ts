/** One tensor of a model's weights. */
export interface NamedTensor {
  /** Its sizes, outermost first; a convolution's are [out, in, height, width]. */
  readonly shape: readonly number[];
  /** Its values in row-major order; as many as the sizes multiply to. */
  readonly data: Float32Array<ArrayBuffer>;
}

/** The weights of a model by the names they were published under, whatever file they came from. */
export type NamedTensors = ReadonlyMap<string, NamedTensor>;
