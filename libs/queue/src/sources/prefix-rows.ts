import type { S3PrefixSource } from '@cropline/contracts';
import { parseS3Url, type ObjectReader } from '@cropline/storage';
import { createBreather } from './breather.js';
import { keyFilter } from './key-filter.js';
import type { SourceRow, SourceRows } from './source-row.js';

const ROWS_A_BUNCH = 512;

/** The objects whose keys begin with a prefix, in the order of their keys, as far as the globs take them. */
export async function* prefixRows(
  store: ObjectReader,
  { url, include, exclude }: S3PrefixSource,
  signal: AbortSignal,
): SourceRows {
  const { bucket, key: prefix } = parseS3Url(url);
  const begin = `s3://${bucket}/${prefix}`;
  const taken = keyFilter({ include, exclude });
  let rows: SourceRow[] = [];
  let line = 0;
  const breathe = createBreather();
  for await (const object of store.list(begin)) {
    signal.throwIfAborted();
    await breathe();
    // Globs speak of what is below the prefix, whether it ends in a slash or not.
    if (!taken(object.url.slice(begin.length).replace(/^\//, ''))) continue;
    line += 1;
    rows.push({ line, value: { url: object.url } });
    if (rows.length < ROWS_A_BUNCH) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) yield rows;
}
