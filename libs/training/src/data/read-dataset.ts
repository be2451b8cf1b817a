import type { ObjectStore } from '@cropline/storage';
import { datasetInvalid } from './dataset-error.js';
import type { Dataset, DatasetImage } from './dataset.js';
import { shownId, type LabelledImage } from './labelled-image.js';
import { listLabelledImages } from './list-labelled-images.js';
import { splitDataset } from './split-dataset.js';

/** Which images are learned from. */
export interface DatasetOptions {
  /** As `listLabelledImages` takes it. */
  readonly source: string;
  /** The classes in the order of their indexes; null: all there are, by their names. */
  readonly classes: readonly string[] | null;
  /** A share of every class, or another source. */
  readonly validation: number | string;
  readonly store: ObjectStore;
}

const MOST_NAMED = 5;

/**
 * Lists the images of a dataset and splits them.
 *
 * @throws `DATASET_INVALID` with what is wrong with it; `STORAGE_*`
 */
export async function readDataset(options: DatasetOptions): Promise<Dataset> {
  const { source, classes, validation, store } = options;
  const images = await listed(source, store);
  const labels = classes ?? [...new Set(images.map(({ label }) => label))].sort();
  if (labels.length < 2) {
    throw datasetInvalid(
      `Expected two classes or more but ${source} has ${labels.length === 0 ? 'no images in classes' : `only ${labels.join()}`}. Put the images of each class into a subfolder of its name.`,
    );
  }
  const known = ofClasses(images, labels);
  requireImages(known, labels, source, typeof validation === 'number' ? 2 : 1);
  const ignored = images.length - known.length;
  if (typeof validation === 'number') {
    return { labels, ...splitDataset(known, validation), ignored };
  }
  const judged = ofClasses(await listed(validation, store), labels);
  if (judged.length === 0) {
    throw datasetInvalid(
      `Expected images to validate with but ${validation} has none of the classes ${named(labels)}.`,
    );
  }
  requireApart(known, judged, source, validation);
  return { labels, train: known, validation: judged, ignored };
}

/** All images of a source, each once. */
async function listed(source: string, store: ObjectStore): Promise<LabelledImage[]> {
  const byUrl = new Map<string, LabelledImage>();
  for await (const image of listLabelledImages(source, store)) {
    const before = byUrl.get(image.url);
    if (before !== undefined) {
      const labels =
        before.label === image.label ? '' : `, as ${before.label} and as ${image.label}`;
      throw datasetInvalid(
        `Expected each image once but ${source} lists ${shownId(image.id)} twice${labels}. Remove one of the lines.`,
      );
    }
    byUrl.set(image.url, image);
  }
  return [...byUrl.values()];
}

function ofClasses(images: readonly LabelledImage[], labels: readonly string[]): DatasetImage[] {
  const indexes = new Map(labels.map((label, index) => [label, index]));
  return images.flatMap(({ id, url, label }) => {
    const classIndex = indexes.get(label);
    return classIndex === undefined ? [] : [{ id, url, classIndex }];
  });
}

function requireImages(
  images: readonly DatasetImage[],
  labels: readonly string[],
  source: string,
  least: number,
): void {
  const counts = labels.map(() => 0);
  for (const { classIndex } of images) counts[classIndex] = (counts[classIndex] ?? 0) + 1;
  const few = labels.filter((_, index) => (counts[index] ?? 0) < least);
  if (few.length > 0) {
    throw datasetInvalid(
      `Expected ${least === 1 ? 'an image' : 'two images'} or more of each class but ${source} has fewer of ${named(few)}. Add images, or leave the class out with --classes.`,
    );
  }
}

/** What was learned from says nothing about what was learned. */
function requireApart(
  train: readonly DatasetImage[],
  validation: readonly DatasetImage[],
  source: string,
  other: string,
): void {
  const urls = new Set(train.map(({ url }) => url));
  const both = validation.filter(({ url }) => urls.has(url));
  if (both.length > 0) {
    throw datasetInvalid(
      `Expected other images in ${other} than in ${source} but they share ${both.length}, such as ${shownId(both[0]?.id ?? '')}.`,
    );
  }
}

function named(labels: readonly string[]): string {
  const more = labels.length > MOST_NAMED ? ` and ${labels.length - MOST_NAMED} more` : '';
  return `${labels.slice(0, MOST_NAMED).join(', ')}${more}`;
}
