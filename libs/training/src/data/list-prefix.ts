import type { ObjectStore } from '@cropline/storage';
import { isImageName } from './image-name.js';
import type { LabelledImage, OnUnlabelled } from './labelled-image.js';

/**
 * The images below an S3 prefix, in the order of their keys: what stands between the prefix and the next
 * slash is the class. Hidden ones are left out.
 *
 * @param onUnlabelled told of images right below the prefix, which so are of no class.
 * @throws `STORAGE_*`
 */
export async function* listPrefix(
  prefix: string,
  store: ObjectStore,
  onUnlabelled: OnUnlabelled,
): AsyncGenerator<LabelledImage, void, undefined> {
  const start = prefix.endsWith('/') ? prefix : `${prefix}/`;
  for await (const { url } of store.list(start)) {
    const id = url.slice(start.length);
    const slash = id.indexOf('/');
    if (!isImageName(id) || /(^|\/)\./.test(id)) continue;
    if (slash > 0) yield { id, label: id.slice(0, slash), url };
    else if (slash < 0) onUnlabelled(id);
  }
}
