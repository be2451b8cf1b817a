import type { Caller } from './caller.js';

/** What a prefix may look like, for messages that refuse one. */
export const LOCATION_PREFIX_HELP =
  's3://bucket/folder/, https://host/folder/, or s3:// or https:// for all of them';

/** Whether the caller may have an image or a source read from there. */
export function mayRead({ read }: Pick<Caller, 'read'>, url: string): boolean {
  return read.some((prefix) => liesBelow(url, prefix));
}

/** Whether the caller may have files written into the folder that the URL names, with or without a slash at its end. */
export function mayWrite({ write }: Pick<Caller, 'write'>, folderUrl: string): boolean {
  const folder = folderUrl.endsWith('/') ? folderUrl : `${folderUrl}/`;
  return write.some((prefix) => liesBelow(folder, prefix));
}

/**
 * Whether a URL lies below a prefix. The prefix is a folder, with or without a slash at its end, so that
 * `s3://photos/cats` does not take in `s3://photos/cats-of-others/1.jpg`; a scheme alone takes in all its URLs.
 *
 * A key or path with `.` or `..` between slashes lies below nothing: stores and hosts that keep files resolve
 * it, and it would lead out of the folder.
 *
 * @example
 * liesBelow('s3://photos/cats/1.jpg', 's3://photos/cats/'); // true
 * liesBelow('https://host/a/%2e%2e/b.jpg', 'https://host/a/'); // false
 */
export function liesBelow(url: string, prefix: string): boolean {
  const place = placeOf(url);
  const folder = folderOf(prefix);
  if (place === null || folder === null || place.scheme !== folder.scheme) return false;
  return folder.host === null || (place.host === folder.host && place.path.startsWith(folder.path));
}

/** Whether a text can be a prefix of what a key may read or write. */
export function isLocationPrefix(text: string): boolean {
  return folderOf(text) !== null;
}

interface Place {
  readonly scheme: string;
  /** With its port; of `s3:` the bucket. Null in a prefix that takes in all hosts. */
  readonly host: string | null;
  /** Begins with a slash. */
  readonly path: string;
}

function folderOf(prefix: string): Place | null {
  const scheme = /^(s3|https?):\/\/$/i.exec(prefix)?.[1];
  if (scheme !== undefined) return { scheme: `${scheme.toLowerCase()}:`, host: null, path: '/' };
  const place = /[?#]/.test(prefix) ? null : placeOf(prefix);
  if (place === null) return null;
  return place.path.endsWith('/') ? place : { ...place, path: `${place.path}/` };
}

function placeOf(url: string): Place | null {
  const place = /^s3:/i.test(url) ? s3Place(url) : webPlace(url);
  return place === null || leadsElsewhere(place) ? null : place;
}

/** A key is any text: nothing in it is decoded, and `?` and `#` are characters like others. */
function s3Place(url: string): Place | null {
  const [, bucket, key = ''] = /^s3:\/\/([^/?#]+)(?:\/(.*))?$/is.exec(url) ?? [];
  return bucket === undefined ? null : { scheme: 's3:', host: bucket, path: `/${key}` };
}

function webPlace(url: string): Place | null {
  if (!URL.canParse(url)) return null;
  const { protocol: scheme, host, pathname: path } = new URL(url);
  return /^(?:https?|file):$/.test(scheme) ? { scheme, host, path } : null;
}

function leadsElsewhere({ scheme, path }: Place): boolean {
  let read = path;
  if (scheme !== 's3:') {
    try {
      read = decodeURIComponent(path);
    } catch {
      return true;
    }
  }
  return read.split(/[/\\]/).some((segment) => segment === '.' || segment === '..');
}
