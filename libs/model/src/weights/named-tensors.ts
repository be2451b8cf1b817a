/** One tensor of a model's weights. */
export interface NamedTensor {
  /** Its sizes, outermost first; a convolution's are [out, in, height, width]. */
  readonly shape: readonly number[];
  /** Its values in row-major order; as many as the sizes multiply to. */
  readonly data: Float32Array<ArrayBuffer>;
}

/** The weights of a model by the names they were published under, whatever file they came from. */
export type NamedTensors = ReadonlyMap<string, NamedTensor>;

/** Little-endian float32 values, copied out of bytes that may lie anywhere; what is left over is dropped. */
export function floatsOf(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const size = Float32Array.BYTES_PER_ELEMENT;
  const data = new Float32Array(Math.floor(bytes.length / size));
  new Uint8Array(data.buffer).set(bytes.subarray(0, data.length * size));
  return data;
}

/** Gives the tensor of a name; the weights were checked before. */
export type TensorOf = (name: string) => NamedTensor;
