import { CroplineError } from '@cropline/contracts';
import type { ApiConnection, ApiRequest } from './api-connection.js';
import { pause } from './pause.js';
import { isPassing, pauseBefore } from './retrying.js';
import { afterLine, jsonLines, lastLine, wholeLines } from './whole-lines.js';

/** The type of results that can be taken up between any two lines. */
export const NDJSON = 'application/x-ndjson';

/**
 * The bytes of an answer that may be long, in order and none of them twice, though the connection breaks off.
 *
 * Where it broke off, it is taken up by `Range` if the answer has an entity tag that still holds. Else JSON
 * lines are asked for again, and those up to the last that was given are left out; other types begin anew only
 * if nothing of them was given. JSON lines are given in blocks of whole lines.
 *
 * @throws The last error when as many tries in a row as there may be brought nothing new.
 */
export async function* resumedDownload(
  api: ApiConnection,
  request: ApiRequest,
  type: string,
): AsyncGenerator<Uint8Array> {
  const at: Position = { bytes: 0, etag: null, last: null, given: false };
  for (let tries = 1; ; tries += 1) {
    try {
      for await (const block of download(api, request, type, at)) {
        tries = 1;
        yield block;
      }
      return;
    } catch (error) {
      if (rangeRefused(error) && at.etag !== null) {
        at.etag = null;
        continue;
      }
      const goesOn = type === NDJSON || at.etag !== null || !at.given;
      if (!isPassing(error) || !goesOn || tries > api.retries) throw error;
      await pause(pauseBefore(tries, error), request.signal);
    }
  }
}

/** How far a download is. */
interface Position {
  /** What was given of the answer that has the tag, or of the one that is read. */
  bytes: number;
  etag: string | null;
  /** The last line that was given. */
  last: Uint8Array | null;
  given: boolean;
}

/** One try: what comes after the position, which moves along. */
async function* download(
  api: ApiConnection,
  request: ApiRequest,
  type: string,
  at: Position,
): AsyncGenerator<Uint8Array> {
  const from: ApiRequest =
    at.etag === null
      ? request
      : { ...request, headers: { range: `bytes=${at.bytes}-`, 'if-range': at.etag } };
  const response = await api.open(from, type);
  const goesOn =
    response.status === 206 &&
    (response.headers.get('content-range') ?? '').startsWith(`bytes ${at.bytes}-`);
  if (!goesOn) {
    if (at.given && type !== NDJSON) throw changed();
    at.bytes = 0;
    at.etag = strongTag(response);
  }
  let known = goesOn ? null : at.last;
  const bytes = api.bytesOf(request, response);
  for await (const block of type === NDJSON ? wholeLines(bytes) : bytes) {
    at.bytes += block.length;
    const sought = known;
    const fresh = sought === null ? block : afterLine(block, (line) => sameItem(api, line, sought));
    if (fresh === null) continue;
    known = null;
    if (fresh.length === 0) continue;
    at.given = true;
    if (type === NDJSON) at.last = lastLine(fresh).slice();
    yield fresh;
  }
  if (known !== null) throw changed();
}

function sameItem(api: ApiConnection, line: Uint8Array, other: Uint8Array): boolean {
  return idOf(api, line) === idOf(api, other);
}

function idOf(api: ApiConnection, line: Uint8Array): unknown {
  try {
    const [value] = jsonLines(line) as { id?: unknown }[];
    return value?.id;
  } catch (error) {
    throw api.unreadable(error);
  }
}

/** Only a strong tag stands for the very same bytes. */
function strongTag({ headers }: Response): string | null {
  const tag = headers.get('etag');
  const ranges = headers.get('accept-ranges') === 'bytes';
  return tag !== null && ranges && !tag.startsWith('W/') ? tag : null;
}

function rangeRefused(error: unknown): boolean {
  return error instanceof CroplineError && error.details?.['status'] === 416;
}

function changed(): CroplineError {
  return new CroplineError(
    'API_UNREACHABLE',
    'Expected the results to be as they were when the connection broke off, but they have changed since: read them again from the beginning.',
    { retryable: false },
  );
}
