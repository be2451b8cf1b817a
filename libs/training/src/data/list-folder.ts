import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeCause } from '@cropline/contracts';
import { datasetInvalid } from './dataset-error.js';
import { isImageName } from './image-name.js';
import type { LabelledImage, OnUnlabelled } from './labelled-image.js';

/**
 * The images of a folder whose subfolders are the classes, in the order of their names, without hidden ones.
 * What lies deeper belongs to the class it is below. Links to files and to the folders of classes are followed.
 *
 * @param onUnlabelled told of images that lie in the folder itself, and so are of no class.
 * @throws `DATASET_INVALID` for a folder that cannot be read
 */
export async function* listFolder(
  folder: string,
  onUnlabelled: OnUnlabelled,
): AsyncGenerator<LabelledImage, void, undefined> {
  for (const { name, isFolder } of await entriesOf(folder, true)) {
    if (isFolder) yield* walk(folder, name, name);
    else if (isImageName(name)) onUnlabelled(name);
  }
}

async function* walk(
  folder: string,
  below: string,
  label: string,
): AsyncGenerator<LabelledImage, void, undefined> {
  for (const { name, isFolder } of await entriesOf(join(folder, below), false)) {
    const id = `${below}/${name}`;
    if (isFolder) yield* walk(folder, id, label);
    else if (isImageName(name)) yield { id, label, url: pathToFileURL(join(folder, id)).href };
  }
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

async function entriesOf(path: string, followFolders: boolean): Promise<Entry[]> {
  const entries: Entry[] = [];
  try {
    for await (const entry of await opendir(path, { bufferSize: 1024 })) {
      if (entry.name.startsWith('.')) continue;
      const linked = followFolders && entry.isSymbolicLink();
      const isFolder = linked
        ? await stat(join(path, entry.name)).then(
            (facts) => facts.isDirectory(),
            () => false,
          )
        : entry.isDirectory();
      entries.push({ name: entry.name, isFolder });
    }
  } catch (error) {
    throw datasetInvalid(
      `Expected a folder of images but ${path} cannot be read (${describeCause(error)}). Let this user read it.`,
      error,
    );
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}
