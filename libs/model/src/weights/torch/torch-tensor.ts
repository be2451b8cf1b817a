/** The types of elements that are read, by the name of PyTorch's storage for them. */
export const ELEMENT_BYTES = {
  FloatStorage: 4,
  HalfStorage: 2,
  BFloat16Storage: 2,
  LongStorage: 8,
} as const;

/** A type of elements, named after PyTorch's storage. */
export type ElementStorage = keyof typeof ELEMENT_BYTES;

/** Elements one after the other, outside of the pickle; tensors are views of them. */
export class TorchStorage {
  /**
   * @param type of its elements
   * @param key what the file calls it
   * @param length how many elements it has
   */
  constructor(
    readonly type: ElementStorage,
    readonly key: string,
    readonly length: number,
  ) {}
}

/** A tensor as a pickle describes it: where its elements lie in a storage. */
export class TorchTensor {
  /**
   * @param offset the element of the storage that is its first
   * @param shape its sizes, outermost first
   * @param strides how many elements of the storage a step along each takes
   */
  constructor(
    readonly storage: TorchStorage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}
