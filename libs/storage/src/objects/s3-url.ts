import { CroplineError } from '@cropline/contracts';
import { shownUrl } from '../shown-url.js';

/** A bucket, and a key in it or the beginning of keys; `''` names the bucket as a whole. */
export interface S3Location {
  readonly bucket: string;
  readonly key: string;
}

/**
 * Splits `s3://bucket/key`. The key is taken as it stands: S3 keys are any text, so nothing is decoded,
 * and `?`, `#` and `%` are characters like others.
 *
 * @throws `STORAGE_LOCATION_INVALID`
 * @example
 * parseS3Url('s3://photos/2026/cat.jpg'); // { bucket: 'photos', key: '2026/cat.jpg' }
 */
export function parseS3Url(url: string): S3Location {
  const { bucket, key = '' } =
    /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9._-]{1,61}[a-z0-9])(?:\/(?<key>.*))?$/is.exec(url)?.groups ??
    {};
  if (bucket === undefined) {
    throw new CroplineError(
      'STORAGE_LOCATION_INVALID',
      `Expected a location such as s3://bucket/prefix, but received ${JSON.stringify(shownUrl(url))}.`,
    );
  }
  return { bucket, key };
}

/**
 * A location below another: the parts are joined by single slashes, whether the base ends in one or not.
 *
 * @throws `STORAGE_LOCATION_INVALID` when the base is none.
 * @example
 * joinS3Url('s3://results/june/', batchId, 'parts/000042.jsonl');
 */
export function joinS3Url(base: string, ...parts: readonly string[]): string {
  const { bucket, key } = parseS3Url(base);
  const joined = parts.reduce(
    (path, part) => (path === '' ? part : `${path.replace(/\/$/, '')}/${part.replace(/^\//, '')}`),
    key,
  );
  return `s3://${bucket}/${joined}`;
}
