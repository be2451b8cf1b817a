import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { CroplineError } from '@cropline/contracts';
import { collectBytes } from '../bytes/collect-bytes.js';
import { listPages } from './list-pages.js';
import type {
  ByteRange,
  ObjectFacts,
  ObjectStore,
  ObjectStoreOptions,
  PresignedPut,
  ReadOptions,
} from './object-store.js';
import { presignPut } from './presign-put.js';
import { readOnce } from './read-once.js';
import { resumedStream, type OpenedBody } from './resumed-stream.js';
import { createS3Clients, type S3Clients } from './s3-clients.js';
import { parseS3Url } from './s3-url.js';
import { isMuteRefusal, isRangeBeyondEnd, storageError } from './storage-error.js';
import { uploadStream } from './upload-stream.js';
import { CutShortError, isWhole } from './whole-answer.js';

/** With S3's 10,000 parts an object, streams of up to 105 GB. What is larger than a part is sent in parts. */
const PART_BYTES = 10 * 2 ** 20;
/** How often `get` reads an object whose body breaks; the SDK retries up to the first byte only. */
const BODY_ATTEMPTS = 3;

const isMissing = (error: unknown): boolean =>
  error instanceof CroplineError && error.code === 'STORAGE_OBJECT_NOT_FOUND';

const PRECONDITION_FAILED = 412;
/** What a store without conditional writes answers, unless it does not look at the condition at all. */
const NOT_IMPLEMENTED = 501;

/** The HTTP status with which the store refused; undefined when it did not answer. */
const answeredStatus = (error: unknown): unknown =>
  error instanceof CroplineError ? error.details?.['status'] : undefined;

type Control = { readonly signal?: AbortSignal | undefined };

/**
 * Objects in S3 or a compatible server. Opens no connection before it is asked for something.
 *
 * @example
 * const store = createObjectStore({ region: 'us-east-1', endpoint: 'http://127.0.0.1:9000' });
 * await store.put('s3://results/hello.txt', 'hello');
 * store.close();
 */
export function createObjectStore(options: ObjectStoreOptions): ObjectStore {
  return new S3ObjectStore(createS3Clients(options));
}

class S3ObjectStore implements ObjectStore {
  readonly #clients: S3Clients;

  constructor(clients: S3Clients) {
    this.#clients = clients;
  }

  async put(
    url: string,
    body: string | Uint8Array,
    options: Control & { readonly contentType?: string } = {},
  ): Promise<void> {
    if (Buffer.byteLength(body) > PART_BYTES) {
      await this.putStream(url, Readable.from([body]), options);
      return;
    }
    const { bucket, key } = parseS3Url(url);
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: body,
      ContentType: options.contentType,
    });
    await this.#ask(url, options, (client, control) => client.send(command, control));
  }

  async putIfAbsent(
    url: string,
    body: string | Uint8Array,
    options: Control & { readonly contentType?: string } = {},
  ): Promise<boolean> {
    const { bucket, key } = parseS3Url(url);
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: body,
      ContentType: options.contentType,
      IfNoneMatch: '*',
    });
    try {
      await this.#ask(url, options, (client, control) => client.send(command, control));
      return true;
    } catch (error) {
      const status = answeredStatus(error);
      if (status === PRECONDITION_FAILED) return false;
      if (status !== NOT_IMPLEMENTED) throw error;
      if ((await this.head(url)) !== null) return false;
      await this.put(url, body, options);
      return true;
    }
  }

  async putStream(
    url: string,
    body: AsyncIterable<Uint8Array | string>,
    { contentType, signal }: Control & { readonly contentType?: string } = {},
  ): Promise<void> {
    await uploadStream(this.#clients.patient, url, body, {
      contentType,
      signal,
      partBytes: PART_BYTES,
    });
  }

  async get(
    url: string,
    options: ReadOptions & { readonly maxBytes?: number; readonly retry?: boolean } = {},
  ): Promise<Buffer> {
    const { maxBytes = Infinity, retry = true, range, etag, signal } = options;
    if (range === undefined && etag === undefined) {
      const once = readOnce(this.#clients, url, { maxBytes, signal });
      if (!retry) return await once;
      const bytes = await once.catch(unlessPassing);
      if (bytes !== null) return bytes;
    }
    for (let attempt = 1; ; attempt += 1) {
      const opened = await this.#open(url, { range, etag, signal, retry });
      if (opened === null) return Buffer.alloc(0);
      try {
        return await collectBytes(opened.body, {
          limit: maxBytes,
          announced: opened.bytes,
          pace: this.#clients.pace,
        });
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof RangeError) throw error;
        if (!retry || attempt >= BODY_ATTEMPTS) throw storageError(error, url);
      }
    }
  }

  async getStream(url: string, { range, etag, signal }: ReadOptions = {}): Promise<Readable> {
    const first = await this.#open(url, { range, etag, signal, retry: true });
    if (first === null) return Readable.from([], { objectMode: false });
    return resumedStream(first, {
      start: range?.start ?? 0,
      pace: this.#clients.pace,
      signal,
      reopen: async (rest, version) => {
        const opened = await this.#open(url, { range: rest, etag: version, signal, retry: true });
        if (opened === null) throw storageError(new Error('it became shorter while read'), url);
        return opened;
      },
      failure: (cause) =>
        signal?.aborted === true ? (signal.reason as unknown) : storageError(cause, url),
    });
  }

  async head(url: string): Promise<ObjectFacts | null> {
    try {
      return await this.#head(url).catch(async (error: unknown) => {
        if (!isMuteRefusal(error)) throw error;
        // A read is told why, and is tried again where that passes.
        await this.get(url, { range: { start: 0, end: 0 } });
        return await this.#head(url);
      });
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async #head(url: string): Promise<ObjectFacts> {
    const { bucket, key } = parseS3Url(url);
    const command = new HeadObjectCommand({ Bucket: bucket, Key: key });
    const answer = await this.#ask(url, {}, (client) => client.send(command));
    return { url, bytes: answer.ContentLength ?? 0, etag: answer.ETag };
  }

  async *list(
    prefixUrl: string,
    { startAfter }: { readonly startAfter?: string } = {},
  ): AsyncGenerator<ObjectFacts, void, undefined> {
    const { bucket } = parseS3Url(prefixUrl);
    const after = startAfter === undefined ? undefined : parseS3Url(startAfter).key;
    for await (const { Contents = [] } of this.#pages(prefixUrl, { StartAfter: after })) {
      for (const { Key = '', Size = 0 } of Contents) {
        yield { url: `s3://${bucket}/${Key}`, bytes: Size };
      }
    }
  }

  async *listFolders(prefixUrl: string): AsyncGenerator<string, void, undefined> {
    const { bucket } = parseS3Url(prefixUrl);
    for await (const { CommonPrefixes = [] } of this.#pages(prefixUrl, { Delimiter: '/' })) {
      for (const { Prefix = '' } of CommonPrefixes) yield `s3://${bucket}/${Prefix}`;
    }
  }

  async delete(url: string): Promise<void> {
    const { bucket, key } = parseS3Url(url);
    const command = new DeleteObjectCommand({ Bucket: bucket, Key: key });
    try {
      await this.#ask(url, {}, (client) => client.send(command));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  async presignPut(
    url: string,
    options: {
      readonly contentType: string;
      readonly sha256: string;
      readonly expiresInSeconds: number;
    },
  ): Promise<PresignedPut> {
    return await presignPut(this.#clients.patient, url, options);
  }

  async check(url: string): Promise<void> {
    const command = new HeadBucketCommand({ Bucket: parseS3Url(url).bucket });
    await this.#ask(url, { retry: false }, (client) => client.send(command));
  }

  close(): void {
    this.#clients.close();
  }

  /** The answer to a read, or null when the range begins behind the end of the object. */
  async #open(
    url: string,
    {
      range,
      etag,
      ...control
    }: { range: ByteRange | undefined; etag?: string | undefined; retry: boolean } & Control,
  ): Promise<OpenedBody | null> {
    const { bucket, key } = parseS3Url(url);
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      Range: `bytes=${range?.start ?? 0}-${range?.end ?? ''}`,
      IfMatch: etag,
    });
    try {
      const answer = await this.#ask(url, control, async (client, abort) => {
        for (let attempt = 1; ; attempt += 1) {
          const answered = await client.send(command, abort);
          if (isWhole(answered)) return answered;
          if (!control.retry || attempt >= BODY_ATTEMPTS) throw new CutShortError();
        }
      });
      // In Node the SDK hands out the response itself; its type also covers browsers.
      return { body: answer.Body as Readable, bytes: answer.ContentLength, etag: answer.ETag };
    } catch (error) {
      if (error instanceof CroplineError && isRangeBeyondEnd(error.cause)) return null;
      throw error;
    }
  }

  #pages(
    prefixUrl: string,
    how: Pick<ListObjectsV2CommandInput, 'StartAfter' | 'Delimiter'>,
  ): AsyncGenerator<ListObjectsV2CommandOutput, void, undefined> {
    const { bucket, key } = parseS3Url(prefixUrl);
    return listPages({ Bucket: bucket, Prefix: key, ...how }, (command) =>
      this.#ask(prefixUrl, {}, (client) => client.send(command)),
    );
  }

  async #ask<T>(
    url: string,
    { signal, retry = true }: Control & { readonly retry?: boolean },
    send: (client: S3Client, control: { abortSignal: AbortSignal | undefined }) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    try {
      const client = retry ? this.#clients.patient : this.#clients.once;
      return await send(client, { abortSignal: signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw storageError(error, url);
    }
  }
}

/** Nothing for a failure that may pass, which is then tried again with patience; throws any other. */
function unlessPassing(error: unknown): null {
  if (error instanceof CroplineError && error.retryable) return null;
  throw error;
}
