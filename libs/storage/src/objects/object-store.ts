import type { Readable } from 'node:stream';

/** Where an object store is and how it is reached. */
export interface ObjectStoreOptions {
  readonly region: string;
  /** The URL of an S3-compatible server; AWS itself when left out. Addressed by path, not by host name. */
  readonly endpoint?: string;
  /**
   * Without them the AWS SDK looks along its own chain (environment, files, instance role), and does so again
   * when the store says that what it found has expired.
   */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The most connections at once; default 50. */
  readonly maxSockets?: number;
  /**
   * A connection on which nothing moves for so long is given up, in milliseconds, and so is a body that comes
   * with less than 60 KiB in that time; default 30,000.
   */
  readonly timeoutMs?: number;
}

/** What is known of an object without reading it. */
export interface ObjectFacts {
  /** `s3://bucket/key` */
  readonly url: string;
  readonly bytes: number;
  /** Tells versions of the object apart, where the store has that; what a listing gives has none. */
  readonly etag?: string | undefined;
}

/** How an object is written by someone without credentials. */
export interface PresignedPut {
  readonly url: string;
  /** Headers that must be sent as they are. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Part of an object, in bytes from `start` to `end` inclusive, as HTTP counts them. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number;
}

/** How an object is read. */
export interface ReadOptions {
  readonly range?: ByteRange;
  /** Reads only that version of the object; another one is `STORAGE_UNAVAILABLE`. */
  readonly etag?: string;
  readonly signal?: AbortSignal;
}

/**
 * Objects in S3 or a compatible server, named by `s3://bucket/key`.
 *
 * Everything throws `STORAGE_LOCATION_INVALID` for another kind of URL, `STORAGE_ACCESS_DENIED`,
 * `STORAGE_CREDENTIALS_EXPIRED`, and `STORAGE_UNAVAILABLE` once the retries of the SDK are used up; an aborted signal's reason is thrown.
 */
export interface ObjectStore {
  /** Writes a whole object; a reader sees the old one or the new one, never half. */
  put(
    url: string,
    body: string | Uint8Array,
    options?: { readonly contentType?: string; readonly signal?: AbortSignal },
  ): Promise<void>;
  /**
   * Writes a whole object unless one is there already, which then stays as it is; false when one is. Two
   * who write at once do not both succeed, and one whose answer was lost on the way finds its own. A
   * store without conditional writes is asked first whether there is one.
   */
  putIfAbsent(
    url: string,
    body: string | Uint8Array,
    options?: { readonly contentType?: string; readonly signal?: AbortSignal },
  ): Promise<boolean>;
  /** Writes an object of unknown length in bounded memory; it appears when it is complete. */
  putStream(
    url: string,
    body: AsyncIterable<Uint8Array | string>,
    options?: { readonly contentType?: string; readonly signal?: AbortSignal },
  ): Promise<void>;
  /**
   * The bytes of an object, at most `maxBytes` of them; none for a range behind its end.
   *
   * @param options `retry: false` asks once only, for callers that count attempts themselves.
   * @throws `STORAGE_OBJECT_NOT_FOUND`; RangeError beyond `maxBytes`
   */
  get(
    url: string,
    options?: ReadOptions & { readonly maxBytes?: number; readonly retry?: boolean },
  ): Promise<Buffer>;
  /**
   * The bytes of an object as they arrive; the caller reads it to the end or destroys it. It may be read
   * slowly: a connection that breaks meanwhile is taken up where it ended.
   *
   * @throws `STORAGE_OBJECT_NOT_FOUND`; the stream fails with `STORAGE_UNAVAILABLE`
   */
  getStream(url: string, options?: ReadOptions): Promise<Readable>;
  /** Facts of an object, or null when there is none. */
  head(url: string): Promise<ObjectFacts | null>;
  /**
   * Every object whose key begins with the URL's, in the order of their keys, page by page; with
   * `startAfter`, the URL of an object, only those behind it.
   */
  list(prefixUrl: string, options?: { readonly startAfter?: string }): AsyncIterable<ObjectFacts>;
  /**
   * The folders at a location: what stands between the URL's key and the next slash in the keys of its
   * objects, once each, in order, page by page. Each is named by its URL with that slash.
   */
  listFolders(prefixUrl: string): AsyncIterable<string>;
  /** Deletes an object; one that is not there is no error. */
  delete(url: string): Promise<void>;
  /**
   * Permits whoever has the answer to write one object, without credentials, until it expires. The
   * checksum (SHA-256, hexadecimal) binds it to the bytes where the store knows checksums.
   */
  presignPut(
    url: string,
    options: {
      readonly contentType: string;
      readonly sha256: string;
      readonly expiresInSeconds: number;
    },
  ): Promise<PresignedPut>;
  /** Resolves when the bucket of the URL answers and may be used. @throws `STORAGE_*` */
  check(url: string): Promise<void>;
  close(): void;
}
