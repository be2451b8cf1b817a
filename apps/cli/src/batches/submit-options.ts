import { metadataSchema, s3LocationSchema } from '@cropline/contracts';
import { InvalidArgumentError } from 'commander';

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
