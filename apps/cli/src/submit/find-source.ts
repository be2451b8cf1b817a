import { stat } from 'node:fs/promises';
import { batchSourceSchema, type BatchSource, type ManifestFormat } from '@cropline/contracts';
import picomatch from 'picomatch';
import { IMAGE_NAME } from '../classify/find-inputs.js';
import { usageError } from '../command/usage-error.js';

/** How a list of images is written. `text` has a URL or a JSON object a line. */
export const LIST_FORMATS = ['text', 'jsonl', 'csv', 's3-inventory'] as const;
export type ListFormat = (typeof LIST_FORMATS)[number];

/** The options that say how the arguments of `submit` are read. */
export interface SourceFlags {
  readonly format?: ListFormat;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** What the arguments of `submit` mean. */
export type SubmitSource =
  /** What the service reads itself. */
  | { readonly kind: 's3'; readonly source: BatchSource }
  /** A list on this machine, or `-` for stdin. */
  | {
      readonly kind: 'list';
      readonly path: string;
      readonly format: 'text' | 'csv';
      readonly packed: boolean;
    }
  /** Images on this machine, which are uploaded. */
  | { readonly kind: 'images'; readonly words: readonly string[] };

const LIST_KEY = /(\.(jsonl|ndjson|csv)(\.gz)?|\/manifest\.json)$/i;

/**
 * What the arguments of `submit` mean:
 * - `s3://…`: a list when it ends as one (`.jsonl`, `.csv`, also with `.gz`; `manifest.json`), or else all
 *   images whose key begins so;
 * - `-`, or a file whose name is not that of an image: a list;
 * - any number of folders, patterns, files and http(s) URLs: images.
 *
 * @throws `USAGE_INVALID` for a mixture, or an option that does not go with it.
 */
export async function findSource(
  words: readonly string[],
  flags: SourceFlags,
): Promise<SubmitSource> {
  const [first = '-'] = words;
  if (words.length === 1 && /^s3:\/\//i.test(first)) return inBucket(first, flags);
  for (const word of words) {
    const alone = /^s3:\/\//i.test(word) || word === '-';
    if (alone && words.length > 1) {
      throw usageError(
        `Expected ${word} alone, but received ${words.length} arguments. Submit each as a batch of its own.`,
      );
    }
  }
  if (!(await isList(words, flags))) {
    return { kind: 'images', words };
  }
  const { format, include, exclude } = flags;
  if (include !== undefined || exclude !== undefined) {
    throw usageError('Expected --include and --exclude with s3:// prefixes and folders only.');
  }
  if (format === 's3-inventory') {
    throw usageError(`Expected an inventory to be in S3, but received ${first}.`);
  }
  const csv = format === 'csv' || (format === undefined && /\.csv(\.gz)?$/i.test(first));
  const packed = /\.gz$/i.test(first);
  return { kind: 'list', path: first, format: csv ? 'csv' : 'text', packed };
}

/** Whether a path below a folder is taken, as the API's prefixes take keys. */
export function pathFilter({ include, exclude }: SourceFlags): (path: string) => boolean {
  const included = include === undefined ? (path: string) => IMAGE_NAME.test(path) : any(include);
  const excluded = exclude === undefined ? () => false : any(exclude);
  return (path) => included(path) && !excluded(path);
}

/** Globs without a slash look at the last part of a path. */
function any(globs: readonly string[]): (path: string) => boolean {
  const matchers = globs.map((glob) =>
    picomatch(glob, { dot: true, basename: !glob.includes('/') }),
  );
  return (path) => matchers.some((matches) => matches(path));
}

function inBucket(url: string, { format, include, exclude }: SourceFlags): SubmitSource {
  if (format === 'text') {
    throw usageError('Expected a list in S3 to be jsonl, csv or s3-inventory.');
  }
  const globs = {
    ...(include === undefined ? {} : { include: [...include] }),
    ...(exclude === undefined ? {} : { exclude: [...exclude] }),
  };
  const parsed = batchSourceSchema.safeParse(
    format === undefined && !LIST_KEY.test(url)
      ? { type: 's3Prefix', url, ...globs }
      : { type: 'manifest', url, ...manifestFormat(format), ...globs },
  );
  if (parsed.success) return { kind: 's3', source: parsed.data };
  const [issue] = parsed.error.issues;
  throw usageError(`${issue?.message ?? 'Expected s3://bucket/prefix'}, but received ${url}.`);
}

const manifestFormat = (format: ManifestFormat | undefined): { format?: ManifestFormat } =>
  format === undefined ? {} : { format };

async function isList(words: readonly string[], { format }: SourceFlags): Promise<boolean> {
  const [word, ...more] = words;
  if (word === undefined || more.length > 0) {
    if (format === undefined) return false;
    throw usageError('Expected one list with --format.');
  }
  if (word === '-' || format !== undefined) return true;
  const facts = await stat(word).catch(() => null);
  return facts !== null && !facts.isDirectory() && !IMAGE_NAME.test(word);
}
