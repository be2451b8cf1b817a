import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import type { HttpExchange, HttpFault } from './http-gate.js';

/** Whether a request writes to the store. */
export const isWrite = ({ method }: IncomingMessage): boolean =>
  method === 'PUT' || method === 'POST' || method === 'DELETE';

/** Whether a request reads the bytes of an object. */
export const isObjectRead = ({ method, url = '' }: IncomingMessage): boolean =>
  method === 'GET' && /^\/[^/?]+\/[^?]/.test(url);

/** Strikes only the requests that `strikes` says yes to; the others pass. */
export function onlyWhen(
  strikes: (request: IncomingMessage) => boolean,
  fault: HttpFault,
): HttpFault {
  return (exchange) => (strikes(exchange.request) ? fault(exchange) : exchange.pass());
}

/** Answers with an error as S3 gives them, such as `503 SlowDown`. */
export function s3Error(
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): HttpFault {
  return async ({ request, response }) => {
    // A body that is still being sent would make the answer look like a broken connection.
    await finished(request.resume());
    response.writeHead(status, { 'content-type': 'application/xml', ...headers });
    const text = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>injected</Message></Error>`;
    response.end(request.method === 'HEAD' ? undefined : text);
  };
}

/** Answers as a store whose clock is ahead of everyone's: what is not signed by its time is refused. */
export function clockSkew(aheadMs: number): HttpFault {
  return async (exchange) => {
    const now = Date.now() + aheadMs;
    const signedAt = signingTime(exchange.request);
    // S3 bears with a quarter of an hour.
    if (signedAt === null || Math.abs(now - signedAt) < 900_000) {
      await exchange.pass();
      return;
    }
    await s3Error(403, 'RequestTimeTooSkewed', { date: new Date(now).toUTCString() })(exchange);
  };
}

function signingTime({ headers }: IncomingMessage): number | null {
  const stamp = String(headers['x-amz-date']);
  const at = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)/, '$1-$2-$3T$4:$5:'));
  return Number.isNaN(at) ? null : at;
}

/** Refuses who signs with this access key, as if the session had expired. */
export function expiredFor(accessKeyId: string): HttpFault {
  return onlyWhen(
    ({ headers }) => headers.authorization?.includes(`Credential=${accessKeyId}/`) === true,
    s3Error(400, 'ExpiredToken'),
  );
}

/** Never answers, until the caller leaves. */
export const hung: HttpFault = async ({ response }) => {
  await new Promise((resolve) => response.once('close', resolve));
};

/** Breaks the connection off: before an answer or, where an object is read, in the middle of its body. */
export const reset: HttpFault = async (exchange) => {
  const { request, response } = exchange;
  if (!isObjectRead(request)) {
    request.socket.resetAndDestroy();
    return;
  }
  const { head, body } = await answerTo(exchange);
  response.writeHead(head.statusCode ?? 502, head.rawHeaders);
  response.write(body.subarray(0, body.length / 2), () => request.socket.resetAndDestroy());
};

/** Ends the connection in good order, before as many bytes have come as were announced. */
export const truncated: HttpFault = async (exchange) => {
  const { request, response } = exchange;
  const { head, body } = await answerTo(exchange);
  response.writeHead(head.statusCode ?? 502, head.rawHeaders);
  response.write(body.subarray(0, body.length / 2), () => request.socket.end());
};

/** Sends more bytes than are announced: all of them, or as many again as there are. */
export function overlong(announced: 'half' | 'all'): HttpFault {
  return async (exchange) => {
    const { request, response } = exchange;
    const { head, body } = await answerTo(exchange);
    const length = announced === 'half' ? Math.floor(body.length / 2) : body.length;
    response.writeHead(head.statusCode ?? 502, { ...head.headers, 'content-length': length });
    response.end(body.subarray(0, length), () => {
      request.socket.write(announced === 'half' ? body.subarray(length) : body);
    });
  };
}

/** Sends the bodies of objects byte by byte, one every `everyMs`, until the reader leaves. */
export function trickling(everyMs: number): HttpFault {
  return async (exchange) => {
    const { response } = exchange;
    const { head, body } = await answerTo(exchange);
    response.writeHead(head.statusCode ?? 502, head.rawHeaders);
    trickle(response, body, everyMs);
  };
}

/** Writes a body so slowly that nothing stands still and nothing gets anywhere. */
export function trickle(response: ServerResponse, body: Uint8Array, everyMs: number): void {
  let at = 0;
  const timer = setInterval(() => {
    if (at === body.length) response.end();
    else response.write(body.subarray(at, (at += 1)));
  }, everyMs);
  response.once('close', () => clearInterval(timer));
}

async function answerTo({
  forward,
}: HttpExchange): Promise<{ readonly head: IncomingMessage; readonly body: Buffer }> {
  const head = await forward();
  return { head, body: await buffer(head) };
}
