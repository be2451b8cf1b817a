import { BroadcastChannel, isMainThread } from 'node:worker_threads';
import sharp, { type Sharp } from 'sharp';
import { POISON } from './poison.js';

// Loaded into workers before they start (`node --import`), so that they can be harmed as no signal can:
// - an image that has the mark of a poisoned one ends the process when it is decoded, as a fault of native code
//   does;
// - SIGUSR2 has the threads that compute end on an error;
// - SIGWINCH, which means nothing to a process without a terminal, has the heap filled until there is no more.

const crash = new BroadcastChannel('cropline-chaos-crash');

/** As sharp keeps what it was given. */
interface Decoder {
  readonly options: { readonly input: { readonly buffer?: Buffer } };
}

if (isMainThread) {
  process.on('SIGUSR2', () => crash.postMessage('crash'));
  process.on('SIGWINCH', fillHeap);
  const decoder = sharp.prototype as Sharp;
  const read = Reflect.get(decoder, 'metadata') as (...args: unknown[]) => unknown;
  decoder.metadata = function (this: Decoder, ...args: unknown[]) {
    if (this.options.input.buffer?.includes(POISON) === true) process.abort();
    return Reflect.apply(read, this, args);
  } as Sharp['metadata'];
} else {
  crash.onmessage = () => {
    setImmediate(() => {
      throw new Error('This thread was made to crash.');
    });
  };
}
// Nobody stays up to be harmed.
crash.unref();

function fillHeap(): never {
  for (const held: number[][] = []; ;) held.push(new Array<number>(100_000).fill(held.length));
}
