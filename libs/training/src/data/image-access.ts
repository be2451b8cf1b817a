/** Where images are read from and within which limits; plain data, as threads are handed it. */
export interface ImageAccess {
  /** An S3-compatible server; AWS itself without an endpoint. */
  readonly s3: { readonly endpoint: string | undefined; readonly region: string };
  readonly maxBytes: number;
  /** For one attempt to fetch an image. */
  readonly timeoutMs: number;
  readonly maxPixels: number;
}
