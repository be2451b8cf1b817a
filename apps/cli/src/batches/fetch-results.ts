import type { CroplineClient, ResultsFormat } from '@cropline/client';
import { FINAL_STATUSES, type ItemResult } from '@cropline/contracts';
import type { Invocation } from '../command/invocation.js';
import { usageError } from '../command/usage-error.js';
import { write, type Console } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { paintFor } from '../output/paint.js';
import { ResultLines } from '../output/result-lines.js';
import { formatCount } from '../progress/format-amount.js';
import { saveResults } from './save-results.js';

/** What results are printed or written as. */
export const RESULT_FORMATS = ['text', 'jsonl', 'csv', 'parquet'] as const;
type Format = (typeof RESULT_FORMATS)[number];

/** Which results are wanted. */
export interface ResultsFilter {
  readonly status?: ItemResult['status'];
  readonly label?: string;
  readonly minScore?: number;
}

/** The options of `cropline results`. */
export interface ResultsFlags extends ResultsFilter {
  readonly format?: Format;
  readonly json?: true;
  readonly out?: string;
}

/**
 * Prints the outcomes that a batch has by now, in the order of its manifest, or writes them to a file; in
 * constant memory, however many there are. A connection that breaks off is taken up where it was.
 *
 * @throws `USAGE_INVALID` for a format that does not go with where it is to go.
 */
export async function fetchResults(
  client: CroplineClient,
  id: string,
  flags: ResultsFlags,
  { console }: Invocation,
): Promise<number> {
  const format = formatOf(flags, console);
  const { counts, status: batchStatus } = await client.getBatch(id);
  const filter = filterOf(flags);
  if (flags.out !== undefined) {
    const total =
      filter.status === undefined ? counts.total - counts.pending : counts[filter.status];
    await saveResults(
      client,
      id,
      { ...filter, format: fileFormat(format) },
      flags.out,
      total,
      console,
    );
  } else if (format === 'text') {
    await printLines(client, id, filter, console);
  } else {
    for await (const block of client.downloadResults(id, { ...filter, format })) {
      await write(console.stdout, block);
    }
  }
  if (!FINAL_STATUSES.has(batchStatus)) {
    await write(
      console.stderr,
      `The batch is ${batchStatus}: ${formatCount(counts.pending)} of its ${formatCount(counts.total)} images had no outcome yet.\n`,
    );
  }
  return EXIT.ok;
}

async function printLines(
  client: CroplineClient,
  id: string,
  filter: ResultsFilter,
  console: Console,
): Promise<void> {
  const { stdout } = console;
  const lines = new ResultLines(paintFor(stdout, console), stdout.isTTY === true);
  for await (const result of client.results(id, filter)) {
    await write(stdout, `${lines.line(result)}\n`);
  }
}

function formatOf({ format, json, out }: ResultsFlags, { stdout }: Console): Format {
  if (json === true && format !== undefined && format !== 'jsonl') {
    throw usageError(`Expected either --json or --format ${format}.`);
  }
  if (format === 'text' && out !== undefined) {
    throw usageError('Expected --format jsonl, csv or parquet with -o.');
  }
  const chosen = format ?? (json === true ? 'jsonl' : undefined);
  if (chosen === 'parquet' && out === undefined && stdout.isTTY === true) {
    throw usageError('Expected -o FILE with --format parquet, as a terminal cannot show it.');
  }
  if (chosen !== undefined) return chosen;
  if (out === undefined) return 'text';
  const ending = /\.(csv|parquet)$/i.exec(out)?.[1]?.toLowerCase();
  return ending === 'csv' || ending === 'parquet' ? ending : 'jsonl';
}

const fileFormat = (format: Format): ResultsFormat => (format === 'text' ? 'jsonl' : format);

function filterOf({ status, label, minScore }: ResultsFlags): ResultsFilter {
  return {
    ...(status === undefined ? {} : { status }),
    ...(label === undefined ? {} : { label }),
    ...(minScore === undefined ? {} : { minScore }),
  };
}
