import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHookSender } from '@cropline/storage';
import type { Attack } from '../attack.js';
import { fetchedFrom } from '../fetched-from.js';

/** The host of the attacker; only its own address may be fetched from. */
const ALLOWED = ['127.0.0.1/32'];

/** Runs an HTTP server on 127.0.0.1 while `use` runs. */
async function withHost<Result>(
  answer: RequestListener,
  use: (origin: string) => Promise<Result>,
): Promise<Result> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const TARGETS: readonly (readonly [location: string, expected: string])[] = [
  ['http://169.254.169.254/latest/meta-data/iam/', 'IMAGE_ADDRESS_BLOCKED'],
  ['http://[::ffff:169.254.169.254]/', 'IMAGE_ADDRESS_BLOCKED'],
  ['http://0xa9fea9fe/', 'IMAGE_ADDRESS_BLOCKED'],
  ['//2852039166/', 'IMAGE_ADDRESS_BLOCKED'],
  ['\\\\127.0.0.2\\', 'IMAGE_ADDRESS_BLOCKED'],
  ['https://127.0.0.2/', 'IMAGE_ADDRESS_BLOCKED'],
  ['http://[::1]/', 'IMAGE_ADDRESS_BLOCKED'],
  ['file:///etc/passwd', 'IMAGE_SCHEME_UNSUPPORTED'],
  ['FILE:/etc/passwd', 'IMAGE_SCHEME_UNSUPPORTED'],
  ['s3://results/access/keys/a.json', 'IMAGE_SCHEME_UNSUPPORTED'],
  ['gopher://127.0.0.1:6379/_FLUSHALL', 'IMAGE_SCHEME_UNSUPPORTED'],
  ['data:image/png;base64,AAAA', 'IMAGE_SCHEME_UNSUPPORTED'],
  ['http://[', 'IMAGE_HTTP_ERROR'],
];

const redirectAttacks = TARGETS.flatMap(([location, expected]) =>
  [301, 307].map((status): Attack => ({
    name: `image that answers ${status} to ${location}`,
    area: 'addresses',
    expected,
    run: () =>
      withHost(
        (_, response) => response.writeHead(status, { location }).end(),
        (origin) => fetchedFrom(`${origin}/a.jpg`, { allowNetworks: ALLOWED, fileRoots: ['/'] }),
      ),
  })),
);

/** Redirects that lead where a URL may not, or for ever, or take a password along. */
export const REDIRECT_ATTACKS: readonly Attack[] = [
  ...redirectAttacks,
  {
    name: 'image that redirects to itself',
    area: 'addresses',
    expected: 'IMAGE_TOO_MANY_REDIRECTS after 6 requests',
    run: async () => {
      let requests = 0;
      const came = await withHost(
        ({ url }, response) => {
          requests += 1;
          response.writeHead(302, { location: String(url) }).end();
        },
        (origin) => fetchedFrom(`${origin}/a.jpg`, { allowNetworks: ALLOWED }),
      );
      return `${came} after ${requests} requests`;
    },
  },
  {
    name: 'image that redirects to another port, to be given the password of the first',
    area: 'addresses',
    expected: 'no password',
    run: () => {
      let got: string | undefined;
      return withHost(
        ({ headers }, response) => {
          got = headers.authorization;
          response.end('image');
        },
        (other) =>
          withHost(
            (_, response) => response.writeHead(302, { location: `${other}/b.jpg` }).end(),
            async (origin) => {
              const url = `${origin}/a.jpg`.replace('//', '//me:secret@');
              const came = await fetchedFrom(url, { allowNetworks: ALLOWED });
              if (came !== 'let through: image') return came;
              return got === undefined ? 'no password' : `the password: ${got}`;
            },
          ),
      );
    },
  },
  {
    name: 'webhook that answers 307 to http://169.254.169.254/',
    area: 'addresses',
    expected: '307, not followed',
    run: () =>
      withHost(
        (_, response) => response.writeHead(307, { location: 'http://169.254.169.254/' }).end(),
        async (origin) => {
          const sender = createHookSender({ allowNetworks: ALLOWED, timeoutMs: 5000 });
          const { signal } = new AbortController();
          try {
            return `${await sender.post(`${origin}/hook`, { body: '{}', headers: {} }, signal)}, not followed`;
          } finally {
            await sender.close();
          }
        },
      ),
  },
];
