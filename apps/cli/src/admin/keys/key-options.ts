import { isLocationPrefix, LOCATION_PREFIX_HELP, SCOPES, type Scope } from '@cropline/contracts';
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../../command/duration.js';

const MOST_DAYS = 3650;
const MOST_OVERLAP_DAYS = 90;
const DAY = 86_400;

/** What a person may say of a new key. */
export interface CreateKeyFlags {
  readonly tenant: string;
  readonly scope: readonly Scope[];
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  /** Seconds. */
  readonly expiresIn?: number;
  readonly requestsPerMinute?: number;
  readonly maxOpenBatches?: number;
  readonly maxOpenItems?: number;
  readonly json?: true;
}

/** The value of `--tenant`. @throws InvalidArgumentError */
export function tenantName(text: string): string {
  // As libs/access holds it, which is not loaded to read a command line.
  if (/^[a-z0-9][a-z0-9._-]{0,62}$/.test(text)) return text;
  throw new InvalidArgumentError(
    'Expected a name of up to 63 lower-case letters, digits, dots, dashes and underscores.',
  );
}

/** One more `--scope`. @throws InvalidArgumentError */
export function addScope(text: string, scopes: readonly Scope[] = []): readonly Scope[] {
  const scope = SCOPES.find((known) => known === text);
  if (scope === undefined) throw new InvalidArgumentError(`Expected one of ${SCOPES.join(', ')}.`);
  return scopes.includes(scope) ? scopes : [...scopes, scope];
}

/** One more `--read`. @throws InvalidArgumentError */
export function addReadPrefix(text: string, prefixes: readonly string[] = []): readonly string[] {
  if (isLocationPrefix(text)) return [...prefixes, text];
  throw new InvalidArgumentError(`Expected ${LOCATION_PREFIX_HELP}.`);
}

/** One more `--write`: results go to object storage alone. @throws InvalidArgumentError */
export function addWritePrefix(text: string, prefixes: readonly string[] = []): readonly string[] {
  if (isLocationPrefix(text) && text.startsWith('s3://')) return [...prefixes, text];
  throw new InvalidArgumentError('Expected s3://bucket/folder/, or s3:// for all buckets.');
}

/** The value of `--expires-in`, in seconds. @throws InvalidArgumentError */
export function keyLifetime(text: string): number {
  return parseDuration(text, MOST_DAYS * DAY);
}

/** The value of `--overlap`, in seconds. @throws InvalidArgumentError */
export function overlap(text: string): number {
  return parseDuration(text, MOST_OVERLAP_DAYS * DAY);
}
