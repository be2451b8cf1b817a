import { PassThrough } from 'node:stream';
import type { Console, OutputStream } from '../console.js';

/** A stream that remembers what was written to it, and may claim to be a terminal. */
export class RecordedStream extends PassThrough {
  readonly isTTY: boolean;
  readonly columns: number;
  text = '';

  constructor(isTTY: boolean, columns = 80) {
    super();
    this.isTTY = isTTY;
    this.columns = columns;
    this.setEncoding('utf8').on('data', (chunk: string) => (this.text += chunk));
  }
}

/** A console of recorded streams, with all that a good terminal has. */
export function recordedConsole(stderr: OutputStream): Console {
  return {
    stdin: new PassThrough(),
    stdout: new RecordedStream(false),
    stderr,
    unicode: true,
    colour: true,
  };
}
