import type { LabelledImage } from './labelled-image.js';

/** An image of a dataset. */
export interface DatasetImage extends Omit<LabelledImage, 'label'> {
  /** The index of its class. */
  readonly classIndex: number;
}

/** What is learned from and what is judged by; plain data. */
export interface Dataset {
  /** The names of the classes, by their indexes. */
  readonly labels: readonly string[];
  readonly train: readonly DatasetImage[];
  readonly validation: readonly DatasetImage[];
  /** Images of classes that were not asked for. */
  readonly ignored: number;
}
