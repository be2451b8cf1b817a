import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import {
  transferOf,
  type FromThread,
  type ThreadSettings,
  type ToThread,
} from './thread-messages.js';

/** What scripted threads do; the folder that `graphPath` names holds it as script.json. */
export interface ThreadScript {
  /** Starts that are refused, counted from 0 over all threads. */
  readonly refuse?: readonly number[];
  /** This start and all later ones are refused. */
  readonly refuseFrom?: number;
  /** Starts that end in an exception before the thread is ready. */
  readonly crash?: readonly number[];
  /** The first byte of a crop that takes the thread down whenever it runs. */
  readonly poison?: number;
  /** The first byte of a crop that takes the thread down the first time that any thread runs it. */
  readonly poisonOnce?: number;
  /** Batches are answered only once a file of this name is in the folder. */
  readonly gate?: string;
  /** How long a batch takes at least, in milliseconds; default: no time. */
  readonly takes?: number;
  /** What it has its operator know as soon as it is ready. */
  readonly notice?: string;
}

// An inference thread for specs: no model, but the same protocol. Of three classes a crop (or whole picture) scores its first
// byte, the flag of its mirror and its last byte, the bytes divided by 256.
const { program, inputSize, classes } = workerData as ThreadSettings;
const folder = program.kind === 'onnx' ? program.graphPath : program.weightsPath;
const script = JSON.parse(readFileSync(join(folder, 'script.json'), 'utf8')) as ThreadScript;
const port = parentPort;
if (port === null) throw new Error('This file is the entry of a worker thread');
const tell = (message: FromThread, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

const start = countUp('start');
if (script.crash?.includes(start) === true) throw new Error(`start ${start} crashed`);
if (script.refuse?.includes(start) === true || start >= (script.refuseFrom ?? Infinity)) {
  const message = `start ${start} refused`;
  tell({ kind: 'refused', error: { code: 'DEVICE_UNAVAILABLE', message, retryable: false } });
  port.close();
} else {
  port.on('message', (message: ToThread) => {
    if (message.kind === 'close') port.close();
    else run(message);
  });
  tell({ kind: 'ready' });
  if (script.notice !== undefined) tell({ kind: 'notice', message: script.notice });
}

function run({ buffers, count, whole }: Extract<ToThread, { kind: 'run' }>): void {
  countUp('batch');
  while (script.gate !== undefined && !exists(script.gate)) {
    pause(2);
  }
  if (script.takes !== undefined) pause(script.takes);
  const { pixels, mirrored } = buffers;
  const bytes = (whole === null ? inputSize ** 2 : whole.width * whole.height) * 3;
  const scores = new Float32Array(count * classes);
  for (let crop = 0; crop < count; crop += 1) {
    const first = pixels[crop * bytes] ?? 0;
    if (first === script.poison) throw new Error('poisoned');
    if (first === script.poisonOnce && countUp('poisoned') === 0) throw new Error('poisoned once');
    const last = pixels[(crop + 1) * bytes - 1] ?? 0;
    scores.set([first / 256, mirrored[crop] ?? 0, last / 256], crop * classes);
  }
  tell({ kind: 'done', buffers, scores, ms: 1 }, transferOf(buffers));
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** How often this was called with `name` before, by any thread of the folder. */
function countUp(name: string): number {
  for (let count = 0; ; count += 1) {
    try {
      closeSync(openSync(join(folder, `${name}-${count}`), 'wx'));
      return count;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function exists(name: string): boolean {
  try {
    closeSync(openSync(join(folder, name), 'r'));
    return true;
  } catch {
    return false;
  }
}
