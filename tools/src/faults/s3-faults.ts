import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Exchange, GateFault } from './http-gate.js';

/** Whether a request writes to the store. */
export const isWrite = ({ method }: IncomingMessage): boolean =>
  method === 'PUT' || method === 'POST' || method === 'DELETE';

/** Whether a request reads the bytes of an object. */
export const isObjectRead = ({ method, url = '' }: IncomingMessage): boolean =>
  method === 'GET' && /^\/[^/?]+\/[^?]/.test(url);

/** Strikes the requests that `matches` takes, all of them or by `chance`. */
export function onlyWhen(
  matches: (request: IncomingMessage) => boolean,
  fault: GateFault,
  chance: () => boolean = () => true,
): GateFault {
  return (exchange) => matches(exchange.request) && chance() && fault(exchange);
}

/** Answers with an error of S3's, such as `503 SlowDown`. */
export function s3Error(
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): GateFault {
  return ({ request, response }) => {
    const send = (): void => {
      response.writeHead(status, { 'content-type': 'application/xml', ...headers });
      response.end(
        request.method === 'HEAD'
          ? undefined
          : `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>injected</Message></Error>`,
      );
    };
    // A body that is being sent would make the answer look like a broken connection.
    request.on('end', send).on('error', () => undefined);
    request.resume();
    return true;
  };
}

/** Answers as a store does whose clock is another: the request looks `skewMs` too old or too new. */
export function clockSkew(skewMs: number): GateFault {
  return (exchange) => {
    const stamp = String(exchange.request.headers['x-amz-date']);
    const [, year, month, day, hour, minute, second] =
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp)?.map(Number) ?? [];
    if (year === undefined || month === undefined) return false;
    const signedAt = Date.UTC(year, month - 1, day, hour, minute, second);
    const now = Date.now() + skewMs;
    // S3 takes a quarter of an hour for a wrong clock.
    if (Math.abs(now - signedAt) < 900_000) return false;
    const date = new Date(now).toUTCString();
    return s3Error(403, 'RequestTimeTooSkewed', { date })(exchange);
  };
}

/** Refuses those who sign with this access key, as if their session had expired. */
export function expiredFor(accessKeyId: string): GateFault {
  return onlyWhen(
    ({ headers }) => headers.authorization?.includes(`Credential=${accessKeyId}/`) === true,
    s3Error(400, 'ExpiredToken'),
  );
}

/** Never answers. */
export const hung: GateFault = () => true;

/** Breaks the connection off, before an answer or, of an object that is read, in the middle of its body. */
export const reset: GateFault = ({ request, response, pass }) => {
  if (!isObjectRead(request)) {
    request.socket.resetAndDestroy();
    return true;
  }
  pass(
    shaped((body, head, to) => {
      to.writeHead(head.statusCode ?? 502, head.headers);
      to.write(body.subarray(0, body.length / 2), () => response.socket?.resetAndDestroy());
    }),
  );
  return true;
};

/** Ends the connection in good order, but before as many bytes have come as were announced. */
export const truncated: GateFault = ({ pass }) => {
  pass(
    shaped((body, head, to) => {
      to.writeHead(head.statusCode ?? 502, { ...head.headers, connection: 'close' });
      to.write(body.subarray(0, body.length / 2), () => to.socket?.end());
    }),
  );
  return true;
};

/** Announces fewer bytes than there are, and sends them all. */
export const overlong: GateFault = ({ pass }) => {
  pass(
    shaped((body, head, to) => {
      const length = String(Math.floor(body.length / 2));
      to.writeHead(head.statusCode ?? 502, { ...head.headers, 'content-length': length });
      to.write(body.subarray(0, Number(length)), () => {
        to.socket?.write(body.subarray(Number(length)));
        to.end();
      });
    }),
  );
  return true;
};

/** Sends a body byte by byte, one every `everyMs`, until the reader leaves. */
export function trickling(everyMs: number): GateFault {
  return ({ pass }: Exchange) => {
    pass(
      shaped((body, head, to) => {
        to.writeHead(head.statusCode ?? 502, head.headers);
        let at = 0;
        const timer = setInterval(() => {
          if (at < body.length) to.write(body.subarray(at, (at += 1)));
          else to.end();
        }, everyMs);
        to.on('close', () => clearInterval(timer));
      }),
    );
    return true;
  };
}

/** Gives an answer's body to `send` once it is there; what has none is passed on as it is. */
function shaped(
  send: (body: Buffer, head: IncomingMessage, to: ServerResponse) => void,
): (from: IncomingMessage, to: ServerResponse) => void {
  return (from, to) => {
    buffer(from).then(
      (body) => {
        if (body.length > 1) {
          send(body, from, to);
          return;
        }
        to.writeHead(from.statusCode ?? 502, from.headers);
        to.end(body);
      },
      () => to.destroy(),
    );
  };
}
