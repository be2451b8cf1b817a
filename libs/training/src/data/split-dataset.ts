import { createHash } from 'node:crypto';
import type { DatasetImage } from './dataset.js';

/**
 * Sets a share of every class aside for validation: the same images whatever the order, the seed and the
 * place, so that trainings on the same images can be compared. Of a class with two images or more at least
 * one goes to either side.
 *
 * @param share from 0 to 1
 */
export function splitDataset(
  images: readonly DatasetImage[],
  share: number,
): { readonly train: DatasetImage[]; readonly validation: DatasetImage[] } {
  const classes = new Map<number, DatasetImage[]>();
  for (const image of images) {
    const members = classes.get(image.classIndex);
    if (members === undefined) classes.set(image.classIndex, [image]);
    else members.push(image);
  }
  const aside = new Set<DatasetImage>();
  for (const members of classes.values()) {
    const count = Math.min(members.length - 1, Math.max(1, Math.round(members.length * share)));
    const order = members
      .map((image) => ({ image, rank: createHash('sha256').update(image.id).digest('hex') }))
      .sort((a, b) => (a.rank < b.rank ? -1 : 1));
    for (const { image } of order.slice(0, count)) aside.add(image);
  }
  return {
    train: images.filter((image) => !aside.has(image)),
    validation: images.filter((image) => aside.has(image)),
  };
}
