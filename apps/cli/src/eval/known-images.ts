import { CroplineError } from '@cropline/contracts';
import { shownId, type LabelledImage, type MatchLabel } from '@cropline/training';

/** An image whose label is a class of the model. */
export interface KnownImage {
  readonly id: string;
  readonly url: string;
  /** The index of its class. */
  readonly truth: number;
}

/** What is told of a label that stands for no class, or for more than one. */
export type OnUnusable = (label: string, classes: readonly number[]) => void;

/** The images whose labels are classes of the model; the others are told of and left out. */
export async function* knownImages(
  images: AsyncIterable<LabelledImage>,
  match: MatchLabel,
  onUnusable: OnUnusable,
): AsyncGenerator<KnownImage, void, undefined> {
  for await (const { id, url, label } of images) {
    const classes = match(label);
    const [truth] = classes;
    if (truth === undefined || classes.length > 1) onUnusable(label, classes);
    else yield { id: shownId(id), url, truth };
  }
}

const MOST_NAMED = 5;

/** Why there is nothing to evaluate on: no images, or none with a label of the model. */
export function nothingKnown(
  source: string,
  seen: readonly string[],
  labels: readonly string[],
): CroplineError {
  const some = (names: readonly string[]): string =>
    `${names.slice(0, MOST_NAMED).join('; ')}${names.length > MOST_NAMED ? '; …' : ''}`;
  const what =
    seen.length === 0
      ? `there are no images in ${source}. Put the images of each class into a subfolder of its name`
      : `those of ${source} are others (${some(seen)}). Name folders or labels like the classes of the model, or by their indexes`;
  return new CroplineError(
    'DATASET_INVALID',
    `Expected images labelled with classes of the model (${some(labels)}) but ${what}.`,
  );
}
