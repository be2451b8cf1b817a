/** Pictures of one step, with the class of each. */
export interface LabelledBatch {
  /** count × size × size × 3, RGB, row by row. */
  readonly pixels: Uint8Array;
  /** The class of each picture, by its index. */
  readonly labels: Int32Array;
  readonly count: number;
}
