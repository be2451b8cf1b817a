import type { Readable, Writable } from 'node:stream';

/** Where a command writes; `isTTY` and `columns` are there when it is a terminal. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** What a command reads and writes: results to `stdout`, everything about them to `stderr`. */
export interface Console {
  readonly stdin: Readable;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Whether marks and bars may use characters beyond ASCII. */
  readonly unicode: boolean;
  /** Whether terminals may be sent colours. */
  readonly colour: boolean;
}

/** Writes text or bytes, and waits while the reader is slower than the writer. */
export function write(stream: Writable, data: string | Uint8Array): Promise<void> {
  if (stream.write(data)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      stream.off('drain', settle);
      stream.off('error', settle);
      if (error === undefined) resolve();
      else reject(error);
    };
    stream.once('drain', settle);
    stream.once('error', settle);
  });
}
