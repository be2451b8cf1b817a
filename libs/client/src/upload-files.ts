import { CroplineError, type Upload, type UploadInput } from '@cropline/contracts';
import { unreachable } from './api-error.js';
import { retrying } from './retrying.js';

/** The bytes of a file; a `Blob` or a browser's `File` is read as it is sent (in Node: `fs.openAsBlob`). */
export type UploadBody = Uint8Array<ArrayBuffer> | Blob;

/** A file that is to be in the bucket. */
export interface FileToUpload {
  readonly body: UploadBody;
  /** Such as `image/jpeg`. */
  readonly contentType: string;
  /** SHA-256 of the bytes in hexadecimal digits, if it is known; else it is computed, one file in memory each. */
  readonly sha256?: string | undefined;
}

/** A file that is in the bucket now. */
export interface UploadedFile<F extends FileToUpload> {
  readonly file: F;
  /** What a batch calls it. */
  readonly url: string;
  /** Whether it was sent; else it was there before. */
  readonly sent: boolean;
}

/** What sending files needs. */
export interface UploadContext {
  readonly plan: (files: readonly UploadInput[]) => Promise<Upload[]>;
  readonly put: (upload: Upload, body: UploadBody) => Promise<void>;
  /** How many are sent at a time. */
  readonly concurrency: number;
}

/** How many files are asked for at once. */
const GROUP = 100;

/** Sends the files that are not there yet; yields each in the order given, group by group. */
export async function* uploadFiles<F extends FileToUpload>(
  files: AsyncIterable<F> | Iterable<F>,
  context: UploadContext,
): AsyncGenerator<UploadedFile<F>> {
  let group: F[] = [];
  for await (const file of files) {
    if (group.push(file) < GROUP) continue;
    yield* await uploadGroup(group, context);
    group = [];
  }
  if (group.length > 0) yield* await uploadGroup(group, context);
}

async function uploadGroup<F extends FileToUpload>(
  files: readonly F[],
  { plan, put, concurrency }: UploadContext,
): Promise<UploadedFile<F>[]> {
  const inputs = await inParallel(files, concurrency, async ({ body, contentType, sha256 }) => ({
    sha256: sha256 ?? (await digestOf(body)),
    bytes: body instanceof Blob ? body.size : body.length,
    contentType,
  }));
  const uploads = await plan(inputs);
  const sending = new Map<string, Promise<void>>();
  return inParallel(files, concurrency, async (file, index) => {
    const upload = uploads[index];
    if (upload === undefined) throw new TypeError('Expected an upload for each file.');
    const first = !sending.has(upload.sha256);
    if (first) sending.set(upload.sha256, put(upload, file.body));
    await sending.get(upload.sha256);
    return { file, url: upload.url, sent: first && upload.put !== null };
  });
}

/** Sends the bytes of one file as its permission says. Nothing is sent when it is there already. */
export async function putFile(
  call: typeof fetch,
  { put, url }: Upload,
  body: UploadBody,
  { retries, signal }: { readonly retries: number; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  if (put === null) return;
  const { origin } = new URL(put.url);
  const send = async (): Promise<void> => {
    let response: Response;
    try {
      response = await call(put.url, {
        method: 'PUT',
        headers: put.headers,
        body,
        signal: signal ?? null,
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw unreachable(origin, error);
    }
    await response.body?.cancel().catch(() => undefined);
    if (!response.ok) throw putRefused(url, response.status);
  };
  await retrying(send, retries, signal);
}

function putRefused(url: string, status: number): CroplineError {
  const passing = status === 429 || status >= 500;
  return new CroplineError(
    passing ? 'STORAGE_UNAVAILABLE' : 'STORAGE_ACCESS_DENIED',
    `Expected the object store to take the file for ${url}, but it answered ${status}: ${
      passing
        ? 'try again later.'
        : 'the permission may have run out, or the file have changed since; ask again.'
    }`,
    { details: { status } },
  );
}

async function digestOf(body: UploadBody): Promise<string> {
  const bytes = body instanceof Blob ? await body.arrayBuffer() : body;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What work comes to for each value, in their order, so many at a time. The first fault stops the rest. */
async function inParallel<T, R>(
  values: readonly T[],
  concurrency: number,
  work: (value: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(values.length);
  const queue = values.entries();
  let stopped = false;
  const take = async (): Promise<void> => {
    for (const [index, value] of queue) {
      if (stopped) return;
      try {
        results[index] = await work(value, index);
      } catch (error) {
        stopped = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, values.length) }, take));
  return results;
}
