import { openAsBlob } from 'node:fs';
import type { CroplineClient } from '@cropline/client';
import { itemIdSchema, type ItemInput, type Upload, type UploadInput } from '@cropline/contracts';
import { mapInOrder } from '@cropline/pipeline';
import { examineFile } from './examine-file.js';
import type { FoundImage } from './find-images.js';

/** How many files are read at once for their digests. */
const READ_AT_ONCE = 4;
/** How many files are asked for at once: a permission to upload lasts for an hour. */
const GROUP = 64;
const SENT_AT_ONCE = 8;

/** What came of an image: an item of the batch, or why it is none. */
export type Prepared =
  | {
      readonly kind: 'item';
      readonly item: ItemInput;
      /** How many bytes of it were sent; 0 when it was there already. */
      readonly sentBytes: number;
    }
  | { readonly kind: 'left-out'; readonly path: string; readonly why: string };

/** What `uploadImages` needs of the client. */
export type Uploader = Pick<CroplineClient, 'planUploads' | 'putUpload'>;

type Examined =
  { readonly kind: 'upload'; readonly path: string; readonly file: UploadInput } | Prepared;

/**
 * Puts images into the bucket, those whose bytes are not there yet, and yields what came of each in their order.
 * What broke off is taken up by doing it again. Holds a few groups of names in memory, and no image.
 *
 * @param limits the bytes of the largest image that is taken; what stops it.
 * @throws `API_UNREACHABLE`, `STORAGE_*`, or the signal's reason.
 */
export async function* uploadImages(
  client: Uploader,
  found: AsyncIterable<FoundImage>,
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal },
): AsyncGenerator<Prepared, void, undefined> {
  const examined = mapInOrder(found, { concurrency: READ_AT_ONCE, ahead: GROUP }, (image) =>
    examine(image, maxBytes),
  );
  for await (const group of groupsOf(examined)) {
    signal.throwIfAborted();
    const uploads = await plan(client, group, signal);
    const sent = new Map<string, Promise<void>>();
    yield* mapInOrder(group, { concurrency: SENT_AT_ONCE }, async (image) => {
      if (image.kind !== 'upload') return image;
      const { path, file } = image;
      const upload = uploads.get(file.sha256);
      if (upload === undefined) throw new TypeError('Expected an answer for every file.');
      const first = !sent.has(file.sha256);
      const put = sent.get(file.sha256) ?? send(client, upload, path, signal);
      sent.set(file.sha256, put);
      await put;
      const sentBytes = first && !upload.exists ? file.bytes : 0;
      return { kind: 'item', item: { id: path, url: upload.url }, sentBytes };
    });
  }
}

async function examine(image: FoundImage, maxBytes: number): Promise<Examined> {
  switch (image.kind) {
    case 'url':
      return { kind: 'item', item: { url: image.url }, sentBytes: 0 };
    case 'left-out':
      return image;
    case 'file': {
      const { path } = image;
      if (!itemIdSchema.safeParse(path).success) {
        return { kind: 'left-out', path, why: 'a path of more than 256 characters' };
      }
      const { file, fault } = await examineFile(path, maxBytes);
      return file === null
        ? { kind: 'left-out', path, why: fault }
        : { kind: 'upload', path, file };
    }
  }
}

async function* groupsOf<T>(values: AsyncIterable<T>): AsyncGenerator<T[], void, undefined> {
  let group: T[] = [];
  for await (const value of values) {
    if (group.push(value) < GROUP) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

async function plan(
  client: Uploader,
  group: readonly Examined[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Upload>> {
  const files = new Map(
    group.flatMap((image) => (image.kind === 'upload' ? [[image.file.sha256, image.file]] : [])),
  );
  if (files.size === 0) return new Map();
  const uploads = await client.planUploads([...files.values()], { signal });
  return new Map(uploads.map((upload) => [upload.sha256, upload]));
}

async function send(
  client: Uploader,
  upload: Upload,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  if (upload.exists) return;
  await client.putUpload(upload, await openAsBlob(path), { signal });
}
