import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { collectBytes } from '../bytes/collect-bytes.js';
import type { Pace } from '../bytes/keeping-pace.js';
import { signByStoreClock } from './clock-skew.js';
import { withConnectDeadline } from './connect-deadline.js';
import { DirectReader } from './direct-reader.js';
import type { ObjectStoreOptions } from './object-store.js';
import { RenewableCredentials } from './renewable-credentials.js';

/** Two clients over the same connections, and a reader beside them, all with the same credentials. */
export interface S3Clients {
  /** Tries a request again, with growing pauses, when the store fails. */
  readonly patient: S3Client;
  /** Tries once, but for the clock: for callers that count attempts themselves, or want to know at once. */
  readonly once: S3Client;
  /** Reads whole objects at less cost, once, from buckets that `once` has read from. */
  readonly direct: DirectReader;
  /** The slowest that bodies may come. */
  readonly pace: Pace;
  close(): void;
}

const DEFAULT_MAX_SOCKETS = 50;
const CONNECT_TIMEOUT_MS = 5_000;
const DEFAULT_TIMEOUT_MS = 30_000;
/** Bodies that come with fewer bytes a time-out, 2 KiB a second, are given up. */
const LEAST_BYTES = 60 * 1024;
/** An answer has begun within so many time-outs, the sending of a large body included. */
const ANSWER_TIMEOUTS = 10;
/** What a store tells of at most a thousand objects, or of an error. */
const MAX_DOCUMENT_BYTES = 16 * 2 ** 20;
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
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const pace = { withinMs: timeoutMs, leastBytes: LEAST_BYTES };
  const renewable = credentials === undefined ? new RenewableCredentials(region) : null;
  const agent = { keepAlive: true, maxSockets };
  const settings = {
    region,
    ...(endpoint === undefined
      ? { followRegionRedirects: true }
      : { endpoint, forcePathStyle: true }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Of documents: lists and errors. In Node the SDK gives the response itself.
    streamCollector: (body: unknown) =>
      collectBytes(body as Readable, { limit: MAX_DOCUMENT_BYTES, pace }),
    logger: SILENT,
  } as const;
  const patient = new S3Client({
    ...settings,
    credentials: renewable?.provider ?? credentials,
    maxAttempts: PATIENT_ATTEMPTS,
    requestHandler: {
      httpAgent: withConnectDeadline(new HttpAgent(agent), CONNECT_TIMEOUT_MS),
      httpsAgent: withConnectDeadline(new HttpsAgent(agent), CONNECT_TIMEOUT_MS),
      socketTimeout: timeoutMs,
      requestTimeout: ANSWER_TIMEOUTS * timeoutMs,
      throwOnRequestTimeout: true,
      logger: SILENT,
    },
  });
  const once = new S3Client({
    ...settings,
    credentials: patient.config.credentials,
    maxAttempts: 1,
    requestHandler: patient.config.requestHandler,
  });
  for (const client of [patient, once]) {
    signByStoreClock(client);
    renewable?.renewFor(client);
  }
  const direct = new DirectReader({
    client: once,
    maxSockets,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    pace,
  });
  return {
    patient,
    once,
    direct,
    pace,
    close: () => {
      direct.close();
      patient.destroy();
    },
  };
}
