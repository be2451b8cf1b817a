import { createHash, type Hash } from 'node:crypto';
import { once, setMaxListeners } from 'node:events';
import { PassThrough } from 'node:stream';
import type { BatchStatus, CancelReason, OutcomeSummary } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchFolder, JSON_LINES } from '../batch/batch-folder.js';
import { batchKind } from '../batch/batch-id.js';
import { dueAt } from '../batch/batch-record.js';
import {
  closingDocument,
  type ClosedFile,
  type ClosingDocument,
} from '../batch/closing-document.js';
import { writeDocument } from '../batch/read-document.js';
import { isObjectLoss } from '../manifest/manifest-lines.js';
import { splitLines } from '../manifest/read-lines.js';
import { asClosed, type BatchState, type Outcomes } from '../redis/batch-state.js';
import type { BatchStates } from '../redis/batch-states.js';
import { gapOf, type Gap } from '../results/gap.js';
import { parseResult } from '../results/part-lines.js';
import { joinedParts } from '../results/joined-parts.js';
import { OutcomeTally } from '../summary/outcome-tally.js';
import { finalMessage } from '../webhooks/final-message.js';
import { mergedParts, type RoundMergerContext } from './round-merger.js';
import { Unwanted } from './wanted-text.js';

/** How long a closed classification can be asked for, in seconds. */
const CLASSIFICATION_KEPT_SECONDS = 86_400;

/** What a finalizer works with. */
export interface FinalizerContext {
  readonly states: BatchStates;
  readonly store: ObjectStore;
}

/**
 * Closes a batch of which nothing is to be counted any more: joins the parts into results.jsonl and
 * errors.jsonl, after a retry with its outcomes in the place of the earlier ones, writes summary.json and
 * manifest.json, and gives the batch its final status, with the counts of what the files hold.
 *
 * It may be done again at any step, and by two at once: what is written depends on the parts alone.
 *
 * @returns The final status; null when another has closed the batch.
 */
export async function finalizeBatch(
  { states, store }: FinalizerContext,
  state: BatchState,
  signal: AbortSignal,
): Promise<BatchStatus | null> {
  const { record, round } = state;
  const closingAt = await states.seal(record.id, round);
  if (closingAt === null) return null;
  const wanted = async (): Promise<void> => {
    if (!(await states.isOpen(record.id, round))) throw new Unwanted();
  };
  try {
    const { counts, summary, files } = await writeOutcomes(
      { states, store, wanted },
      state,
      signal,
    );
    const { status, error, stop } = endOf(state, counts);
    const finishedAt = new Date(closingAt).toISOString();
    const retries = state.retries.map((retry) =>
      retry.round === round ? { ...retry, finishedAt } : retry,
    );
    const ended = { status, error, finishedAt, retries, counts, files };
    await wanted();
    const { summary: summaryUrl, closing } = batchFolder(record.folder);
    const listed = batchKind(record.id) === 'batch';
    // Of one image there is nothing to sum up.
    if (listed) await writeDocument(store, summaryUrl, summary, signal);
    await writeDocument(store, closing, closingDocument(state, ended), signal);
    const due = dueAt(record, closingAt);
    // Before it is closed: whoever dies in between leaves a batch that is closed again.
    if (due !== null) await states.deletions.plan(record.id, due);
    const message = finalMessage({
      ...state,
      ...counts,
      status,
      error,
      stop,
      retries,
      finishedAt: closingAt,
      webhook: { ...state.webhook, state: 'delivering' },
    });
    const forgetAfterSeconds = listed ? null : CLASSIFICATION_KEPT_SECONDS;
    const end = { status, counts, error, stop, retries, forgetAfterSeconds, message };
    await states.close(record.id, end, round);
    return status;
  } catch (error) {
    if (error instanceof Unwanted) return null;
    throw error;
  }
}

/** How a batch ends: a round that was not stopped leaves it as it was before, or completes it. */
function endOf(
  { record, error, stop, before }: BatchState,
  { succeeded, failed, cancelled }: Outcomes,
): {
  readonly status: ClosingDocument['status'];
  readonly error: BatchState['error'];
  readonly stop: CancelReason | null;
} {
  if (error !== null || stop === 'error_threshold') return { status: 'failed', error, stop };
  if (stop !== null) return { status: stop, error, stop };
  const whole = cancelled === 0 && succeeded + failed === record.total;
  return before === null || whole ? { status: 'completed', error, stop } : before;
}

/** What fills the gaps that a round leaves: what did before it, unless it is the first or brings none. */
function gapAfter({ before, error, stop }: BatchState): Gap {
  return before !== null && error === null && stop === null
    ? gapOf(before)
    : gapOf({ error, stop });
}

async function writeOutcomes(
  context: RoundMergerContext,
  state: BatchState,
  signal: AbortSignal,
): Promise<Written> {
  const { states, store, wanted } = context;
  const { record, round } = state;
  const gap = gapAfter(state);
  if (round > 1) {
    try {
      const parts = mergedParts(context, state, gap, signal);
      return await writeResults(store, record.folder, parts, wanted, signal);
    } catch (cause) {
      if (state.error === null || !isObjectLoss(cause)) throw cause;
      // What it was to be merged with is gone: it keeps what its parts hold.
    }
  }
  const counted = await states.countedBits(record.id, 1);
  const parts = joinedParts(store, asClosed(state), counted, gap, signal);
  return writeResults(store, record.folder, parts, wanted, signal);
}

type Written = Pick<ClosingDocument, 'files'> & {
  readonly counts: Outcomes;
  readonly summary: OutcomeSummary;
};

/** Writes both files in one pass over the parts, holding no more than the streams' buffers. */
async function writeResults(
  store: ObjectStore,
  folder: string,
  parts: AsyncIterable<Buffer>,
  wanted: () => Promise<void>,
  signal: AbortSignal,
): Promise<Written> {
  const files = batchFolder(folder);
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  setMaxListeners(0, either);
  const results = new OutputFile(files.results);
  const errors = new OutputFile(files.errors);
  const counts = { succeeded: 0, failed: 0, cancelled: 0 };
  const tally = new OutcomeTally();

  const pump = async (): Promise<void> => {
    for await (const part of parts) {
      const bad: Buffer[] = [];
      let lines = 0;
      for (const line of splitLines(part)) {
        const result = parseResult(line);
        const { status } = result;
        counts[status] += 1;
        tally.add(result);
        lines += 1;
        if (status !== 'succeeded') bad.push(line, NEWLINE);
      }
      await results.write(part, lines, either);
      if (bad.length > 0) await errors.write(Buffer.concat(bad), bad.length / 2, either);
    }
    // They appear when their streams have ended: not in the place of what a later round made.
    await wanted();
    results.end();
    errors.end();
  };
  const work = [
    pump(),
    ...[results, errors].map((file) =>
      store.putStream(file.url, file.stream, { contentType: JSON_LINES, signal: either }),
    ),
  ];
  try {
    await Promise.all(work);
  } catch (error) {
    // The other two wait for one that has failed.
    failure.abort(error);
    results.stream.destroy();
    errors.stream.destroy();
    await Promise.allSettled(work);
    throw error;
  }
  return {
    counts,
    summary: tally.summary(),
    files: { results: results.facts(), errors: errors.facts() },
  };
}

const NEWLINE = Buffer.from('\n');

class OutputFile {
  readonly url: string;
  readonly stream = new PassThrough({ highWaterMark: 1 << 20 });
  readonly #hash: Hash = createHash('sha256');
  #bytes = 0;
  #lines = 0;

  constructor(url: string) {
    this.url = url;
  }

  async write(bytes: Buffer, lines: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    this.#lines += lines;
    if (!this.stream.write(bytes)) await once(this.stream, 'drain', { signal });
  }

  end(): void {
    this.stream.end();
  }

  facts(): ClosedFile {
    const { url } = this;
    return { url, lines: this.#lines, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}
