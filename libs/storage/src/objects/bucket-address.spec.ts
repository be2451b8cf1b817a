import { Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from '@jest/globals';
import { learnAddress, type BucketAddress } from './bucket-address.js';

interface Sent {
  readonly hostname: string;
}

describe('learnAddress', () => {
  const clients: S3Client[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy();
  });

  /** What is learnt from a read that is answered by `answer`, by the host it was sent to. */
  async function learnt(
    options: { endpoint?: string; forcePathStyle?: boolean },
    bucket: string,
    answer: (sent: Sent) => { statusCode: number; headers: Record<string, string> },
  ): Promise<BucketAddress | null> {
    const client = new S3Client({
      region: 'us-east-1',
      followRegionRedirects: true,
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'token' },
      maxAttempts: 1,
      requestHandler: {
        handle: (sent: Sent) =>
          Promise.resolve({ response: { body: Readable.from([]), ...answer(sent) } }),
      },
      ...options,
    });
    clients.push(client);
    const command = new GetObjectCommand({ Bucket: bucket, Key: 'a b/c.jpg' });
    const address = learnAddress(command);
    expect(address()).toBeNull();
    await client.send(command).catch(() => undefined);
    return address();
  }

  const found = (): { statusCode: number; headers: Record<string, string> } => ({
    statusCode: 200,
    headers: {},
  });

  it('tells the host of a bucket on AWS, and the region in its signature', async () => {
    expect(await learnt({}, 'photos', found)).toEqual({
      origin: 'https://photos.s3.us-east-1.amazonaws.com',
      host: 'photos.s3.us-east-1.amazonaws.com',
      base: '',
      region: 'us-east-1',
    });
  });

  it('tells the path of a bucket that no host name can hold', async () => {
    expect(await learnt({}, 'my.photos', found)).toMatchObject({
      origin: 'https://s3.us-east-1.amazonaws.com',
      base: '/my.photos',
    });
    const endpoint = { endpoint: 'http://127.0.0.1:9000', forcePathStyle: true };
    expect(await learnt(endpoint, 'photos', found)).toEqual({
      origin: 'http://127.0.0.1:9000',
      host: '127.0.0.1:9000',
      base: '/photos',
      region: 'us-east-1',
    });
  });

  it('tells where a redirect to another region led', async () => {
    const redirecting = ({ hostname }: Sent): ReturnType<typeof found> =>
      hostname.includes('eu-west-1')
        ? found()
        : { statusCode: 301, headers: { 'x-amz-bucket-region': 'eu-west-1' } };
    expect(await learnt({}, 'photos', redirecting)).toMatchObject({
      origin: 'https://photos.s3.eu-west-1.amazonaws.com',
      region: 'eu-west-1',
    });
  });

  it('tells nothing of a read that failed, nor of a directory bucket, which is signed otherwise', async () => {
    expect(await learnt({}, 'photos', () => ({ statusCode: 403, headers: {} }))).toBeNull();
    expect(await learnt({}, 'photos--usw2-az1--x-s3', found)).toBeNull();
  });
});
