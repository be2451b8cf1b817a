import type { GetObjectCommand } from '@aws-sdk/client-s3';
import { objectPath } from './object-path.js';

/** Where the objects of a bucket are asked for, and with whose name in the signature. */
export interface BucketAddress {
  /** `https://bucket.s3.eu-west-1.amazonaws.com`, or `http://127.0.0.1:9000` */
  readonly origin: string;
  /** The value of the Host header. */
  readonly host: string;
  /** What comes before `/key`: empty, or `/bucket` where buckets are addressed by path. */
  readonly base: string;
  /** The region that the signature names. */
  readonly region: string;
}

/** The parts of a request of the SDK that tell where it went. */
interface SentRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Finds out from a command, once it has succeeded, where the SDK sent it: after its rules for endpoints and
 * its redirects to other regions.
 *
 * @returns A function that gives the address; null before the command has succeeded, and for a request that
 *   was not signed as Signature Version 4 for S3 (a directory bucket, an access point of many regions).
 */
export function learnAddress(command: GetObjectCommand): () => BucketAddress | null {
  let address: BucketAddress | null = null;
  const { Key: key = '' } = command.input;
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      // Behind the signing, a request of the SDK has this shape over HTTP, which S3 always is.
      address = addressOf(args.request as SentRequest, key);
      return result;
    },
    { step: 'finalizeRequest', priority: 'low', name: 'learnAddress' },
  );
  return () => address;
}

function addressOf(
  { protocol, hostname, port, path, headers }: SentRequest,
  key: string,
): BucketAddress | null {
  const signature = headers['authorization'] ?? '';
  const region = /^AWS4-HMAC-SHA256 Credential=[^,]+\/\d{8}\/([^/,]+)\/s3\/aws4_request,/.exec(
    signature,
  )?.[1];
  const tail = objectPath(key);
  if (region === undefined || !path.endsWith(tail)) return null;
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  return {
    origin: `${protocol}//${host}`,
    host: headers['host'] ?? host,
    base: path.slice(0, -tail.length),
    region,
  };
}
