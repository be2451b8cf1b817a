import { z } from 'zod';

/** The most items of a batch, wherever they come from. */
export const MAX_BATCH_ITEMS = 10_000_000;

/** The largest manifest that is read, in bytes when unpacked. */
export const MAX_MANIFEST_BYTES = 8 * 2 ** 30;

const MOST_WILDCARDS = 16;
const globSchema = z
  .string()
  .min(1)
  .max(512)
  .refine(
    (glob) => (glob.match(/\*+|[?[{]/g) ?? []).length <= MOST_WILDCARDS,
    `Expected at most ${MOST_WILDCARDS} of *, ?, [ and { in a glob`,
  );
const keyGlobsSchema = z.array(globSchema).min(1).max(32);

const includeSchema = keyGlobsSchema
  .optional()
  .describe(
    'Globs of keys that are taken; one without a slash is matched with the last part of the key. Default: the extensions of images.',
  );
const excludeSchema = keyGlobsSchema
  .optional()
  .describe('Globs of keys that are not taken, even if `include` has them.');

/** Every object whose key begins with a prefix. */
const s3PrefixSourceSchema = z
  .strictObject({
    type: z.literal('s3Prefix'),
    url: z
      .string()
      .max(1200)
      .regex(/^s3:\/\/[a-z0-9][a-z0-9._-]{1,61}[a-z0-9](\/.*)?$/su, 'Expected s3://bucket/prefix')
      .describe('`s3://bucket/prefix`; end it with a slash to mean a folder.'),
    include: includeSchema,
    exclude: excludeSchema,
  })
  .meta({ id: 'S3PrefixSource' });
export type S3PrefixSource = z.infer<typeof s3PrefixSourceSchema>;

const manifestFormatSchema = z.enum(['jsonl', 'csv', 's3-inventory']);
export type ManifestFormat = z.infer<typeof manifestFormatSchema>;

/** A list of items in object storage. */
const manifestSourceSchema = z
  .strictObject({
    type: z.literal('manifest'),
    url: z
      .string()
      .max(1200)
      .regex(/^s3:\/\/[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]\/.+$/su, 'Expected s3://bucket/key')
      .describe('`s3://bucket/key`; JSON lines and CSV may be packed with gzip.'),
    format: manifestFormatSchema
      .optional()
      .describe(
        'Default: csv for keys that end in .csv or .csv.gz, s3-inventory for manifest.json, else jsonl.',
      ),
    include: includeSchema,
    exclude: excludeSchema,
  })
  .refine(
    (source) =>
      (source.include === undefined && source.exclude === undefined) ||
      manifestFormat(source) === 's3-inventory',
    { path: ['include'], message: 'Expected include and exclude with an S3 inventory only' },
  )
  .meta({ id: 'ManifestSource' });
export type ManifestSource = z.infer<typeof manifestSourceSchema>;

/** Where the items of a batch come from when the request does not list them. */
export const batchSourceSchema = z
  .discriminatedUnion('type', [s3PrefixSourceSchema, manifestSourceSchema])
  .meta({ id: 'BatchSource' });
export type BatchSource = z.infer<typeof batchSourceSchema>;

/** How a manifest is read: as its source says, else as its key ends. */
export function manifestFormat({
  url,
  format,
}: {
  readonly url: string;
  readonly format?: ManifestFormat | undefined;
}): ManifestFormat {
  if (format !== undefined) return format;
  if (/\.csv(\.gz)?$/iu.test(url)) return 'csv';
  return url.endsWith('/manifest.json') ? 's3-inventory' : 'jsonl';
}
