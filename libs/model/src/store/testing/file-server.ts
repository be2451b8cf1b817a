import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A file as a server hands it out. */
export interface ServedFile {
  readonly bytes: Uint8Array;
  readonly etag?: string;
  readonly lastModified?: string;
  /** Whether parts of it can be asked for; default true. */
  readonly ranges?: boolean;
}

/** An HTTP server on the loopback for specs of the store. */
export interface FileServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** What it serves, by path. */
  readonly files: Map<string, ServedFile>;
  /** The requests so far. */
  readonly requests: IncomingMessage[];
  /** Answers the requests that it returns true for. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  stop(): Promise<void>;
}

/** Starts a server that hands out files as RFC 9110 has it: ranges, If-Range, 404, 416. */
export async function startFileServer(): Promise<FileServer> {
  const files = new Map<string, ServedFile>();
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    if (self.intercept?.(request, response) === true) return;
    const file = files.get(new URL(request.url ?? '/', 'http://host').pathname);
    if (file) serve(file, request, response);
    else response.writeHead(404).end('nothing here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: FileServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    requests,
    intercept: undefined,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return self;
}

function serve(file: ServedFile, request: IncomingMessage, response: ServerResponse): void {
  const { bytes, etag, lastModified, ranges = true } = file;
  const headers = {
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { 'last-modified': lastModified }),
  };
  const condition = request.headers['if-range'];
  const holds = condition === undefined || condition === etag || condition === lastModified;
  const start = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  if (start === undefined || !ranges || !holds) {
    response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(bytes);
  } else if (Number(start) >= bytes.length) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
  } else {
    const part = bytes.subarray(Number(start));
    response
      .writeHead(206, {
        ...headers,
        'content-length': part.length,
        'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
      })
      .end(part);
  }
}
