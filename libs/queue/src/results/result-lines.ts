import { setMaxListeners } from 'node:events';
import { FINAL_STATUSES } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchFolder } from '../batch/batch-folder.js';
import type { OutcomeStatus } from '../batch-service.js';
import { joinedParts } from './joined-parts.js';
import { readLines, splitLines } from '../manifest/read-lines.js';
import type { BatchSnapshot } from '../redis/batch-states.js';
import { parseResult } from './part-lines.js';

/** Every outcome there is of a batch, as JSONL in manifest order, in pieces of whole lines. */
export async function* resultLines(
  store: ObjectStore,
  { state, bits }: BatchSnapshot,
  status: OutcomeStatus | undefined,
): AsyncGenerator<Buffer> {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  try {
    if (!FINAL_STATUSES.has(state.status)) {
      for await (const part of joinedParts(store, state, bits, 'nothing', stop.signal)) {
        yield status === undefined ? part : matching(splitLines(part), status);
      }
      return;
    }
    const { results, errors } = batchFolder(state.record.folder);
    const file = status === undefined || status === 'succeeded' ? results : errors;
    const stream = await store.getStream(file, { signal: stop.signal });
    for await (const lines of inBunches(readLines(stream))) {
      yield status === undefined ? joined(lines) : matching(lines, status);
    }
  } finally {
    stop.abort();
  }
}

const LINES_A_BUNCH = 64;

async function* inBunches(lines: AsyncIterable<Buffer>): AsyncGenerator<Buffer[]> {
  let bunch: Buffer[] = [];
  for await (const line of lines) {
    bunch.push(line);
    if (bunch.length < LINES_A_BUNCH) continue;
    yield bunch;
    bunch = [];
  }
  if (bunch.length > 0) yield bunch;
}

function matching(lines: Iterable<Buffer>, status: OutcomeStatus): Buffer {
  return joined([...lines].filter((line) => parseResult(line).status === status));
}

const NEWLINE = Buffer.from('\n');

function joined(lines: readonly Buffer[]): Buffer {
  return Buffer.concat(lines.flatMap((line) => [line, NEWLINE]));
}
