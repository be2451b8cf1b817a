import {
  errorThresholdSchema,
  lifetimeSchema,
  metadataSchema,
  s3LocationSchema,
  type ErrorThreshold,
} from '@cropline/contracts';
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../command/duration.js';

/** One more `--meta key=value`. @throws InvalidArgumentError */
export function addMetadata(
  text: string,
  pairs: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected key=value.');
  const parsed = metadataSchema.safeParse({ ...pairs, [text.slice(0, at)]: text.slice(at + 1) });
  if (parsed.success) return parsed.data;
  const long =
    'Expected a key of 1 to 64 and a value of at most 512 characters, and at most 16 pairs.';
  throw new InvalidArgumentError(long);
}

/** The value of `--output`. @throws InvalidArgumentError */
export function outputLocation(text: string): string {
  const parsed = s3LocationSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('Expected s3://bucket/prefix with a valid bucket name.');
}

/** The value of `--error-threshold`: a count (`100`) or a share of all (`5%`). @throws InvalidArgumentError */
export function errorThreshold(text: string): ErrorThreshold {
  const [, number, percent] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text) ?? [];
  const value = Number(number);
  const parsed = errorThresholdSchema.safeParse(
    percent === '%' ? { share: value / 100 } : { count: value },
  );
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(
    'Expected how many images may fail, such as 100, or a share of them, such as 5%.',
  );
}

/** The value of `--expires` or `--keep`, in seconds. @throws InvalidArgumentError */
export function lifetime(text: string): number {
  return parseDuration(text, lifetimeSchema.maxValue ?? Infinity);
}

/** The value of `--idempotency-key`. @throws InvalidArgumentError */
export function idempotencyKey(text: string): string {
  if (/^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$/.test(text)) return text;
  throw new InvalidArgumentError('Expected 1 to 255 characters of printable ASCII.');
}

/** One more value of an option that may be repeated. */
export function addValue(text: string, values: readonly string[] = []): readonly string[] {
  return [...values, text];
}
