import { stat } from 'node:fs/promises';
import type { ObjectStore } from '@cropline/storage';
import { datasetInvalid } from './dataset-error.js';
import type { ImageFiles } from './image-files.js';
import type { LabelledImage } from './labelled-image.js';
import { listFolder } from './list-folder.js';
import { listPrefix } from './list-prefix.js';
import { isManifest, readManifest } from './read-manifest.js';

/**
 * The labelled images of a source, in a fixed order, as they are listed:
 * - a folder, or an S3 prefix: its subfolders are the classes;
 * - a CSV with the columns `image` and `label`, here or in S3;
 * - JSON lines `{"url": …, "label": …}`, here or in S3.
 *
 * @throws `DATASET_INVALID` when it is none of these; `STORAGE_*`
 */
export async function* listLabelledImages(
  source: string,
  store: ObjectStore,
): AsyncGenerator<LabelledImage, void, undefined> {
  if (/^s3:/i.test(source)) {
    yield* isManifest(source) ? readManifest(source, store) : listPrefix(source, store);
    return;
  }
  const facts = await stat(source).catch(() => null);
  if (facts?.isDirectory() === true) yield* listFolder(source);
  else if (facts !== null && isManifest(source)) yield* readManifest(source, store);
  else {
    throw datasetInvalid(
      `Expected a folder with a subfolder a class, an s3:// prefix, a .csv or a .jsonl but ${facts === null ? 'there is nothing' : 'there is another file'} at ${source}. Check the path.`,
    );
  }
}

/** An image that can be read, and its class. */
export interface ReadableImage extends Omit<LabelledImage, 'url'> {
  /** Its bytes. @throws CroplineError `IMAGE_*` */
  read(): Promise<Buffer>;
}

/**
 * The labelled images of a source, each with the way to its bytes.
 *
 * @example
 * for await (const { id, label, read } of openLabelledImages('photos', files)) …
 *
 * @throws as `listLabelledImages` does
 */
export async function* openLabelledImages(
  source: string,
  files: ImageFiles,
): AsyncGenerator<ReadableImage, void, undefined> {
  for await (const { id, label, url } of listLabelledImages(source, files.store)) {
    yield { id, label, read: () => files.read(url) };
  }
}
