import { createOnnxBackend, type InferenceBackend } from '@cropline/model';
import type { ThreadSettings } from './thread-messages.js';

/** What a thread runs: crops, and whole pictures where the model takes them. They may be the same. */
export interface Sessions {
  readonly crops: InferenceBackend;
  readonly whole: InferenceBackend | null;
}

/**
 * Makes the sessions that a thread's settings describe; neither is loaded yet. TensorFlow.js is imported only
 * where it is to run.
 *
 * @param onNotice told of what the operator should know, such as a batch that did not fit the memory
 */
export async function openSessions(
  { program, device, inputSize, classes }: ThreadSettings,
  onNotice: (message: string) => void,
): Promise<Sessions> {
  if (program.kind === 'tfjs') {
    const { createTfjsBackend } = await import('@cropline/model/tfjs');
    const { weightsPath, architecture, runtime } = program;
    const session = createTfjsBackend({ weightsPath, architecture, runtime, device, onNotice });
    return { crops: session, whole: session };
  }
  const { graphPath, denseGraphPath } = program;
  const options = { device, inputSize, classes, threads: 1 };
  return {
    crops: createOnnxBackend({ ...options, graphPath }),
    whole:
      denseGraphPath === null
        ? null
        : createOnnxBackend({ ...options, graphPath: denseGraphPath, dense: true }),
  };
}
