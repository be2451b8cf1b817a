import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { S3Client } from '@aws-sdk/client-s3';
import { withConnectDeadline } from './connect-deadline.js';
import { DirectReader } from './direct-reader.js';
import type { ObjectStoreOptions } from './object-store.js';

/** Two clients over the same connections, and a reader beside them, all with the same credentials. */
export interface S3Clients {
  /** Tries a request again, with growing pauses, when the store fails. */
  readonly patient: S3Client;
  /** Tries once: for callers that count attempts themselves, or want to know at once. */
  readonly once: S3Client;
  /** Reads whole objects at less cost, once, from buckets that `once` has read from. */
  readonly direct: DirectReader;
  close(): void;
}

const DEFAULT_MAX_SOCKETS = 50;
const CONNECT_TIMEOUT_MS = 5_000;
/** A connection on which nothing moves for so long is given up. */
const IDLE_TIMEOUT_MS = 30_000;
/** The first try and the retries after it. */
const PATIENT_ATTEMPTS = 4;

/** The SDK would warn on the console when requests wait for a connection, which here is how it is meant. */
const SILENT = {
  debug: (): void => undefined,
  info: (): void => undefined,
  warn: (): void => undefined,
  error: (): void => undefined,
};

/** Makes the clients of an object store. Checksums are left to TLS: many S3 servers know no others. */
export function createS3Clients(options: ObjectStoreOptions): S3Clients {
  const { region, endpoint, credentials, maxSockets = DEFAULT_MAX_SOCKETS } = options;
  const agent = { keepAlive: true, maxSockets };
  const settings = {
    region,
    ...(endpoint === undefined
      ? { followRegionRedirects: true }
      : { endpoint, forcePathStyle: true }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    logger: SILENT,
  } as const;
  const patient = new S3Client({
    ...settings,
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: PATIENT_ATTEMPTS,
    requestHandler: {
      httpAgent: withConnectDeadline(new HttpAgent(agent), CONNECT_TIMEOUT_MS),
      httpsAgent: withConnectDeadline(new HttpsAgent(agent), CONNECT_TIMEOUT_MS),
      socketTimeout: IDLE_TIMEOUT_MS,
      logger: SILENT,
    },
  });
  const once = new S3Client({
    ...settings,
    credentials: patient.config.credentials,
    maxAttempts: 1,
    requestHandler: patient.config.requestHandler,
  });
  const direct = new DirectReader({
    client: once,
    maxSockets,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
  });
  return {
    patient,
    once,
    direct,
    close: () => {
      direct.close();
      patient.destroy();
    },
  };
}
