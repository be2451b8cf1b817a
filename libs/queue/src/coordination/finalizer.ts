import { createHash, type Hash } from 'node:crypto';
import { once, setMaxListeners } from 'node:events';
import { PassThrough } from 'node:stream';
import { CROPLINE_VERSION, type BatchStatus, type OutcomeSummary } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchFolder, JSON_LINES } from '../batch/batch-folder.js';
import { batchKind } from '../batch/batch-id.js';
import { dueAt } from '../batch/batch-record.js';
import { isoTime } from '../batch/batch-view.js';
import type { ClosedFile, ClosingDocument } from '../batch/closing-document.js';
import { writeDocument } from '../batch/read-document.js';
import { splitLines } from '../manifest/read-lines.js';
import type { BatchState, Outcomes } from '../redis/batch-state.js';
import type { BatchStates } from '../redis/batch-states.js';
import { gapOf } from '../results/gap.js';
import { parseResult } from '../results/part-lines.js';
import { joinedParts } from '../results/joined-parts.js';
import { OutcomeTally } from '../summary/outcome-tally.js';
import { finalMessage } from '../webhooks/final-message.js';

/** How long a closed classification can be asked for, in seconds. */
const CLASSIFICATION_KEPT_SECONDS = 86_400;

/** What a finalizer works with. */
export interface FinalizerContext {
  readonly states: BatchStates;
  readonly store: ObjectStore;
}

/**
 * Closes a batch that nothing is to be counted of any more: joins the parts into results.jsonl and
 * errors.jsonl, writes summary.json and manifest.json, and gives the batch its final status, with the counts of what the
 * files hold.
 *
 * It may be done again at any step, and by two at once: what is written depends on the parts alone.
 */
export async function finalizeBatch(
  { states, store }: FinalizerContext,
  state: BatchState,
  signal: AbortSignal,
): Promise<BatchStatus | null> {
  const { record } = state;
  const closingAt = await states.seal(record.id);
  if (closingAt === null) return null;
  const status = finalStatus(state);
  const counted = await states.countedBits(record.id);
  const parts = joinedParts(store, state, counted, gapOf(state), signal);
  const { counts, summary, results, errors } = await writeResults(
    store,
    record.folder,
    parts,
    signal,
  );
  const { options, metadata, total, createdAt, folder } = record;
  const closing: ClosingDocument = {
    id: record.id,
    status,
    counts: { total, ...counts },
    model: state.model,
    options,
    metadata,
    createdAt,
    startedAt: isoTime(state.startedAt),
    finishedAt: new Date(closingAt).toISOString(),
    error: state.error,
    files: { results, errors },
    version: CROPLINE_VERSION,
  };
  const listed = batchKind(record.id) === 'batch';
  // Of one image there is nothing to sum up.
  if (listed) await writeDocument(store, batchFolder(folder).summary, summary, signal);
  await writeDocument(store, batchFolder(folder).closing, closing, signal);
  const kept = listed ? null : CLASSIFICATION_KEPT_SECONDS;
  const message = finalMessage({
    ...state,
    ...counts,
    status,
    finishedAt: closingAt,
    webhook: { ...state.webhook, state: 'delivering' },
  });
  const due = dueAt(record, closingAt);
  // Before it is closed: whoever dies in between leaves a batch that is closed again.
  if (due !== null) await states.deletions.plan(record.id, due);
  await states.close(record.id, status, counts, { forgetAfterSeconds: kept, message });
  return status;
}

function finalStatus({ error, stop }: BatchState): ClosingDocument['status'] {
  if (error !== null || stop === 'error_threshold') return 'failed';
  return stop ?? 'completed';
}

/** Writes both files in one pass over the parts, holding no more than the streams' buffers. */
async function writeResults(
  store: ObjectStore,
  folder: string,
  parts: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<{
  counts: Outcomes;
  summary: OutcomeSummary;
  results: ClosedFile;
  errors: ClosedFile;
}> {
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
    results: results.facts(),
    errors: errors.facts(),
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
