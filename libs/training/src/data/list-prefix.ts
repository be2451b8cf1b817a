import type { ObjectStore } from '@cropline/storage';
import { isImageName } from './image-name.js';
import type { LabelledImage } from './labelled-image.js';

/**
 * The images below an S3 prefix, in the order of their keys: what stands between the prefix and the next
 * slash is the class. Hidden ones and those without a class are left out.
 *
 * @throws `STORAGE_*`
 */
export async function* listPrefix(
  prefix: string,
  store: ObjectStore,
): AsyncGenerator<LabelledImage, void, undefined> {
  const start = prefix.endsWith('/') ? prefix : `${prefix}/`;
  for await (const { url } of store.list(start)) {
    const id = url.slice(start.length);
    const slash = id.indexOf('/');
    if (slash > 0 && isImageName(id) && !/(^|\/)\./.test(id)) {
      yield { id, label: id.slice(0, slash), url };
    }
  }
}
