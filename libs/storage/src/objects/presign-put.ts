import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { PresignedPut } from './object-store.js';
import { parseS3Url } from './s3-url.js';
import { storageError } from './storage-error.js';

const CHECKSUM = 'x-amz-checksum-sha256';

/** Signs a PUT of one object, of this content type and SHA-256 (hexadecimal). @throws `STORAGE_*` */
export async function presignPut(
  client: S3Client,
  url: string,
  options: {
    readonly contentType: string;
    readonly sha256: string;
    readonly expiresInSeconds: number;
  },
): Promise<PresignedPut> {
  const { bucket, key } = parseS3Url(url);
  const { contentType, sha256, expiresInSeconds } = options;
  const checksum = Buffer.from(sha256, 'hex').toString('base64');
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    ContentType: contentType,
    ChecksumSHA256: checksum,
  });
  try {
    const signed = await getSignedUrl(client, command, {
      expiresIn: expiresInSeconds,
      // As headers both are part of the signature; a checksum in the query would bind nothing.
      signableHeaders: new Set(['content-type', CHECKSUM]),
      unhoistableHeaders: new Set([CHECKSUM]),
    });
    return { url: signed, headers: { 'content-type': contentType, [CHECKSUM]: checksum } };
  } catch (error) {
    throw storageError(error, url);
  }
}
