import { stat } from 'node:fs/promises';
import type { ObjectStore } from '@cropline/storage';
import { datasetInvalid } from './dataset-error.js';
import type { LabelledImage, OnUnlabelled } from './labelled-image.js';
import { listFolder } from './list-folder.js';
import { listPrefix } from './list-prefix.js';
import { isManifest, readManifest } from './read-manifest.js';

/**
 * The labelled images of a source, in a fixed order, as they are listed:
 * - a folder, or an S3 prefix: its subfolders are the classes;
 * - a CSV with the columns `image` and `label`, here or in S3;
 * - JSON lines `{"url": …, "label": …}`, here or in S3.
 *
 * @param onUnlabelled told of images that lie beside the classes instead of in one.
 * @throws `DATASET_INVALID` when it is none of these; `STORAGE_*`
 */
export async function* listLabelledImages(
  source: string,
  store: ObjectStore,
  onUnlabelled: OnUnlabelled = () => undefined,
): AsyncGenerator<LabelledImage, void, undefined> {
  if (/^s3:/i.test(source)) {
    yield* isManifest(source)
      ? readManifest(source, store)
      : listPrefix(source, store, onUnlabelled);
    return;
  }
  const facts = await stat(source).catch(() => null);
  if (facts?.isDirectory() === true) yield* listFolder(source, onUnlabelled);
  else if (facts !== null && isManifest(source)) yield* readManifest(source, store);
  else {
    throw datasetInvalid(
      `Expected a folder with a subfolder a class, an s3:// prefix, a .csv or a .jsonl but ${facts === null ? 'there is nothing' : 'there is another file'} at ${source}. Check the path.`,
    );
  }
}
