import { on } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { CroplineError, describeCause, type SerializedCroplineError } from '@cropline/contracts';
import type { InferenceBackend } from '@cropline/model';
import { openSessions } from './open-sessions.js';
import { lowerThreadPriority } from './thread-priority.js';
import {
  transferOf,
  type FromThread,
  type ThreadSettings,
  type ToThread,
} from './thread-messages.js';

// The entry of an inference thread: one backend session of its own (and a second one for whole pictures once
// there are any), batches one after the other in the order they come. Whatever throws while a batch runs ends the thread: its session is not to be trusted
// any more, and the pool replaces it.

const port = parentPort;
if (port === null) throw new Error('This file is the entry of a worker thread');
const settings = workerData as ThreadSettings;

const tell = (message: FromThread, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

// Listens before it loads, so that nothing sent meanwhile is lost.
const messages = on(port, 'message') as AsyncIterable<[ToThread]>;
const { device, inputSize } = settings;
const sessions = await openSessions(settings, (message) => tell({ kind: 'notice', message }));
const refusal = await load(sessions.crops);
if (refusal === null) {
  tell({ kind: 'ready' });
  await serve();
  await sessions.crops.dispose();
  await sessions.whole?.dispose();
} else {
  tell({ kind: 'refused', error: refusal });
}
port.close();

/** Makes the session and runs it once at full size, so that the first real batch pays for no set-up. */
async function load(session: InferenceBackend): Promise<SerializedCroplineError | null> {
  const { batchSize } = settings;
  if (device === 'cpu') lowerThreadPriority();
  try {
    await session.load();
    await session.run({
      pixels: new Uint8Array(batchSize * inputSize * inputSize * 3),
      mirrored: new Uint8Array(batchSize),
      count: batchSize,
    });
    return null;
  } catch (error) {
    const known =
      error instanceof CroplineError
        ? error
        : new CroplineError(
            'BACKEND_FAILED',
            `Expected an inference session on ${device} but it could not be made: ${describeCause(error)}`,
          );
    return known.toJSON();
  }
}

async function serve(): Promise<void> {
  for await (const [message] of messages) {
    if (message.kind === 'close') return;
    const { buffers, count, whole } = message;
    const session = whole === null ? sessions.crops : sessions.whole;
    if (session === null) throw new Error('Expected crops but a whole picture came');
    // Many workers never see a whole picture: what runs them takes memory only once one comes.
    await session.load();
    const size = whole ?? { width: settings.inputSize, height: settings.inputSize };
    const started = performance.now();
    const scores = await session.run({
      pixels: buffers.pixels.subarray(0, count * size.width * size.height * 3),
      mirrored: buffers.mirrored.subarray(0, count),
      count,
      size,
    });
    tell({ kind: 'done', buffers, scores, ms: performance.now() - started }, transferOf(buffers));
  }
}
