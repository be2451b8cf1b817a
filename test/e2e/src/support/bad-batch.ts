import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ErrorCode, ItemInput } from '@cropline/contracts';
import sharp from 'sharp';
import { pngOfSize } from './bad-images.js';
import type { System } from './system.js';

/** How an item of the batch is bad, and the code it must end with. */
const FAULTS: readonly { name: string; code: ErrorCode; url: (base: Bases) => string }[] = [
  { name: 'missing-key', code: 'IMAGE_NOT_FOUND', url: ({ s3 }) => `${s3}/no-such-key.jpg` },
  { name: 'http-404', code: 'IMAGE_NOT_FOUND', url: ({ http }) => `${http}/missing.jpg` },
  { name: 'not-an-image', code: 'IMAGE_NOT_AN_IMAGE', url: ({ s3 }) => `${s3}/notes.jpg` },
  { name: 'truncated', code: 'IMAGE_CORRUPT', url: ({ s3 }) => `${s3}/truncated.jpg` },
  { name: 'bomb', code: 'IMAGE_TOO_MANY_PIXELS', url: ({ s3 }) => `${s3}/bomb.png` },
  {
    name: 'private-address',
    code: 'IMAGE_ADDRESS_BLOCKED',
    url: () => 'http://169.254.169.254/latest/meta-data',
  },
  {
    name: 'wrong-scheme',
    code: 'IMAGE_SCHEME_UNSUPPORTED',
    url: () => 'ftp://example.org/image.jpg',
  },
];

interface Bases {
  readonly s3: string;
  readonly http: string;
}

/** A batch with bad items among good ones, and the code that each bad one must end with. */
export interface BadBatch {
  readonly items: readonly ItemInput[];
  readonly expected: ReadonlyMap<string, ErrorCode>;
  close(): Promise<void>;
}

/**
 * `total` items, every twentieth of them bad, the kinds of badness in turn; the good ones are `photos`
 * over and over. Uploads what the bad ones need and starts the host that answers 404.
 */
export async function makeBadBatch(
  system: System,
  total: number,
  photos: readonly string[],
): Promise<BadBatch> {
  const { store, images } = system;
  const picture = await sharp({
    create: { width: 400, height: 300, channels: 3, background: '#804020' },
  })
    .jpeg()
    .toBuffer();
  await Promise.all([
    store.put(`${images}/notes.jpg`, 'These are notes, whatever the suffix says.\n'.repeat(50)),
    store.put(`${images}/truncated.jpg`, picture.subarray(0, Math.floor(picture.length / 2))),
    store.put(`${images}/bomb.png`, pngOfSize(20_000, 20_000)),
  ]);
  const host = await startMissingHost();
  const bases = { s3: images, http: `http://127.0.0.1:${(host.address() as AddressInfo).port}` };
  const expected = new Map<string, ErrorCode>();
  const items = Array.from({ length: total }, (_, index): ItemInput => {
    const fault = index % 20 === 7 ? FAULTS[Math.floor(index / 20) % FAULTS.length] : undefined;
    if (fault === undefined) {
      return { id: `photo-${index}`, url: `${images}/${photos[index % photos.length] ?? ''}` };
    }
    const id = `${fault.name}-${index}`;
    expected.set(id, fault.code);
    return { id, url: fault.url(bases) };
  });
  return {
    items,
    expected,
    close: () => new Promise((resolve) => host.close(() => resolve())),
  };
}

/** A host that knows no image. */
async function startMissingHost(): Promise<Server> {
  const server = createServer((_, response) => response.writeHead(404).end('not here'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
