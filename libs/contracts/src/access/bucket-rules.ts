import { CroplineError } from '../errors/cropline-error.js';
import { liesBelow } from './locations.js';

/** Where in object storage the service goes when a caller's URL asks it to. */
export interface BucketRules {
  /** Buckets, or folders of buckets, such as `photos/2026`; all that the credentials reach when left out. */
  readonly allowed?: readonly string[] | undefined;
  /** Locations of the service's own, such as `s3://results/access`, where no caller's URL leads. */
  readonly closed?: readonly string[];
}

/** What the settings of a process say of object storage. */
export interface BucketSettings {
  readonly allowedBuckets: readonly string[] | undefined;
  /** Where batches are stored, when the process knows it. */
  readonly outputUrl: string | undefined;
  /** Where keys are stored, when that is not beside the batches. */
  readonly accessUrl: string | undefined;
}

/**
 * The rules that settings make: the service's own output is always allowed, for uploads lie there, and where keys
 * are stored is closed.
 */
export function bucketRules({ allowedBuckets, outputUrl, accessUrl }: BucketSettings): BucketRules {
  const output = outputUrl?.replace(/\/+$/, '');
  const closed = accessUrl ?? (output === undefined ? undefined : `${output}/access`);
  return {
    allowed:
      allowedBuckets === undefined || output === undefined
        ? allowedBuckets
        : [...allowedBuckets, output.slice('s3://'.length)],
    closed: closed === undefined ? [] : [closed],
  };
}

/**
 * Checks a URL that an image or a source is read from. URLs of other schemes than `s3:` are none of its business.
 *
 * A key with `.` or `..` between slashes is refused whatever the rules: a store that keeps files resolves it.
 *
 * @throws `LOCATION_FORBIDDEN`
 * @example
 * checkReadable({ allowed: ['photos/2026'] }, 's3://photos/2026/cat.jpg');
 */
export function checkReadable({ allowed, closed = [] }: BucketRules, url: string): void {
  if (!/^s3:/i.test(url)) return;
  // Where files are kept, several slashes are as one.
  const plain = url.replace(/(?<=[^:/])\/{2,}/g, '/');
  if (closed.some((place) => liesBelow(plain, place) || liesBelow(`${plain}/`, place))) {
    throw forbidden(
      'Expected a location for images and results, but received one that the service keeps to itself; use another.',
    );
  }
  if (!liesBelow(url, 's3://')) {
    throw forbidden('Expected a key without . and .. between its slashes; rename the object.');
  }
  if (allowed === undefined || allowed.some((place) => liesBelow(url, `s3://${place}`))) return;
  const folder = allowed.some((place) => liesBelow(`${url}/`, `s3://${place}`));
  throw forbidden(
    folder
      ? 'Expected a location below a folder that this service may use; end the URL of a folder with a slash.'
      : 'Expected a location in a bucket that this service may use; use another, or have the operator add it to CROPLINE_ALLOWED_BUCKETS.',
  );
}

/** Checks the folder that results are to be written into. @throws `LOCATION_FORBIDDEN` */
export function checkWritable(rules: BucketRules, folderUrl: string): void {
  checkReadable(rules, folderUrl.endsWith('/') ? folderUrl : `${folderUrl}/`);
}

function forbidden(message: string): CroplineError {
  return new CroplineError('LOCATION_FORBIDDEN', message);
}
