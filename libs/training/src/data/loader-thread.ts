import { on } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { CroplineError, describeCause, type SerializedCroplineError } from '@cropline/contracts';
import { BatchMaker } from './batch-maker.js';
import { openImageFiles } from './image-files.js';
import type { FromLoader, LoaderSettings, ToLoader } from './loader-messages.js';

// The entry of a loader thread: makes batches, one after the other in the order they are asked for, while
// another thread computes with those before.

const port = parentPort;
if (port === null) throw new Error('This file is the entry of a worker thread');
const settings = workerData as LoaderSettings;
const tell = (message: FromLoader, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

// What libraries warn of is told, or not, by the thread that started this one.
process.removeAllListeners('warning');
const files = openImageFiles(settings.access);
const maker = new BatchMaker({
  ...settings,
  read: (url) => files.read(url),
  onUnreadable: (image) => tell({ kind: 'unreadable', image }),
});
// Seen before the batches that wait in front of it, which nobody wants any more.
const closing = new AbortController();
port.on('message', (message: ToLoader) => {
  if (message.kind === 'close') closing.abort();
});
for await (const [request] of on(port, 'message') as AsyncIterable<[ToLoader]>) {
  if (closing.signal.aborted || request.kind === 'close') break;
  try {
    const batch = await maker.make(request);
    tell({ kind: 'batch', batch }, [
      batch.pixels.buffer as ArrayBuffer,
      batch.labels.buffer as ArrayBuffer,
    ]);
  } catch (error) {
    tell({ kind: 'failed', error: serialized(error) });
  }
}
await files.close();
port.close();

function serialized(error: unknown): SerializedCroplineError {
  const known =
    error instanceof CroplineError
      ? error
      : new CroplineError('INTERNAL', `Batches cannot be made: ${describeCause(error)}`);
  return known.toJSON();
}
