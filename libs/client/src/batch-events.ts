import type { Batch } from '@cropline/contracts';
import { createParser } from 'eventsource-parser';
import type { ApiConnection, ApiRequest } from './api-connection.js';

/** A batch as an event told it. */
export interface BatchEvent {
  /** What to ask with, so as not to be told it again. */
  readonly id: string | null;
  readonly batch: Batch;
}

/** The most of one event that is held, in characters. */
const LONGEST_EVENT = 2 ** 20;

/**
 * A batch whenever it has changed, by the API's server-sent events, until they end.
 *
 * @param lastId The id of the event that was seen last.
 * @param silenceMs After how long without a byte the connection counts as broken: the API says something every
 *   15 seconds, even if there is nothing to tell.
 * @throws `API_UNREACHABLE`, and what the API answers.
 */
export async function* batchEvents(
  api: ApiConnection,
  { signal, ...request }: ApiRequest,
  lastId: string | null,
  silenceMs: number,
): AsyncGenerator<BatchEvent> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silenceMs);
  const call: ApiRequest = {
    ...request,
    headers: lastId === null ? {} : { 'last-event-id': lastId },
    signal: signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]),
  };
  let told: BatchEvent[] = [];
  const parser = createParser({
    maxBufferSize: LONGEST_EVENT,
    onEvent: ({ event, id, data }) => {
      if (event !== 'progress' && event !== 'finished') return;
      told.push({ id: id ?? null, batch: JSON.parse(data) as Batch });
    },
  });
  const decoder = new TextDecoder();
  try {
    const response = await api.open(call, 'text/event-stream');
    for await (const bytes of api.bytesOf(call, response)) {
      clearTimeout(timer);
      parser.feed(decoder.decode(bytes, { stream: true }));
      const events = told;
      told = [];
      yield* events;
      timer = setTimeout(() => silence.abort(), silenceMs);
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (silence.signal.aborted) throw api.unreadable(new Error('nothing was sent'));
    if (error instanceof SyntaxError) throw api.unreadable(error);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
