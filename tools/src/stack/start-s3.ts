import { fileURLToPath } from 'node:url';
import { CroplineError, describeCause } from '@cropline/contracts';
import { logFields, ManagedProcess, type ProcessOptions } from './managed-process.js';

/** A running S3-compatible server. */
export interface S3Server {
  readonly endpoint: string;
  readonly region: string;
  /** It takes any; these are ones. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Its process. */
  readonly pid: number;
  /** Makes a bucket; one that exists already is left as it is. */
  createBucket(name: string): Promise<void>;
  /** Ends it; what it held is gone. */
  stop(): Promise<void>;
}

/**
 * Starts an S3-compatible server (fauxqs) as a process of its own, on a free port of 127.0.0.1. It holds
 * objects in memory, honours If-None-Match of a PUT, and checks neither signatures nor If-Match.
 *
 * @throws `STORAGE_UNAVAILABLE` when it does not start.
 */
export async function startS3(options: Pick<ProcessOptions, 'onLine'> = {}): Promise<S3Server> {
  const server = await ManagedProcess.start({
    name: 's3',
    command: process.execPath,
    args: [fileURLToPath(new URL('./s3-process.js', import.meta.url))],
    env: { PATH: process.env['PATH'] },
    onLine: options.onLine,
  });
  const endpoint = await server
    .waitForLine((line) => logFields(line, 'listening'))
    .then(({ url }) => String(url))
    .catch((error: unknown) => {
      throw new CroplineError(
        'STORAGE_UNAVAILABLE',
        `The S3 server did not start: ${describeCause(error)}`,
      );
    });
  server.reportUnexpectedEnd();
  return {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'cropline', secretAccessKey: 'cropline-secret' },
    pid: server.pid,
    createBucket: async (name) => {
      const response = await fetch(`${endpoint}/${encodeURIComponent(name)}`, { method: 'PUT' });
      const body = await response.text();
      if (!response.ok && response.status !== 409) {
        throw new CroplineError(
          'STORAGE_LOCATION_INVALID',
          `The bucket ${JSON.stringify(name)} cannot be made: HTTP ${response.status} ${body}`,
        );
      }
    },
    stop: () => server.stop(),
  };
}
