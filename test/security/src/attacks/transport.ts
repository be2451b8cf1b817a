import type { Attack } from '../attack.js';
import { guardedApi, type GuardedApi } from '../guarded-api.js';
import { rawAnswers, rawStatuses } from '../raw-answers.js';

const attack = (
  name: string,
  expected: string,
  run: (api: GuardedApi) => Promise<string>,
): Attack => ({ name, area: 'transport', expected, run: async () => run(await guardedApi()) });

/** Another request, which is answered only if what comes before it is read to another end than it has. */
const HIDDEN = 'GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST /v1/batches HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
const GET = 'GET /health/live HTTP/1.1\r\nHost: a\r\n';
const chunked = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;

/** Requests whose end two servers could see at different places. Each has one answer, and ends the connection. */
const SMUGGLED: readonly (readonly [name: string, request: string])[] = [
  [
    'both lengths',
    `${POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(HIDDEN)}`,
  ],
  ['two lengths', `${POST}Content-Length: 0\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`],
  ['a list of lengths', `${POST}Content-Length: 0, ${HIDDEN.length}\r\n\r\n${HIDDEN}`],
  ['a length with a sign', `${POST}Content-Length: +0\r\n\r\n${HIDDEN}`],
  ['a negative length', `${POST}Content-Length: -1\r\n\r\n${HIDDEN}`],
  ['a blank before the colon', `${POST}Transfer-Encoding : chunked\r\n\r\n${chunked(HIDDEN)}`],
  ['chunked, not at the end', `${POST}Transfer-Encoding: chunked, identity\r\n\r\n${HIDDEN}`],
  ['an encoding that is none', `${POST}Transfer-Encoding: xchunked\r\n\r\n${chunked(HIDDEN)}`],
  ['a folded header', `${POST}Transfer-Encoding:\r\n chunked\r\n\r\n${chunked(HIDDEN)}`],
  ['a chunk size that overflows', `${POST}Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(17)}\r\n`],
  ['a chunk size that is none', `${POST}Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n`],
  ['lines that end in LF alone', `${POST}X: 1\nTransfer-Encoding: chunked\n\n${chunked(HIDDEN)}`],
  ['a lone CR in a header', `${GET}X: 1\rTransfer-Encoding: chunked\r\n\r\n${HIDDEN}`],
  ['a NUL in a header', `${GET}X: 1\0\r\n\r\n${HIDDEN}`],
  ['no host', 'GET /health/live HTTP/1.1\r\n\r\n'],
  ['a version that is none', `GET /health/live HTTP/9.9\r\nHost: a\r\n\r\n`],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
];

const smuggled = SMUGGLED.map(([name, request]) =>
  attack(`request with ${name}`, '400', ({ url }) => rawStatuses(url, request)),
);

/** A request that is well formed, and one after it that ends the connection. */
const CLOSING = 'GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

/** Sends it and tells which statuses came, and whether a text was among the answers. */
const reflected =
  (request: string, text: string) =>
  async ({ url }: GuardedApi): Promise<string> => {
    const answers = await rawAnswers(url, request + CLOSING);
    const told = answers.text.toLowerCase().includes(text.toLowerCase());
    return `${answers.statuses.join(', ')}${told ? `, and ${text}` : ''}`;
  };

/** Whether it was refused. The answer that says so is lost when the connection ends before all is sent. */
async function refusal(url: string, request: string): Promise<string> {
  const status = await rawStatuses(url, request);
  return ['413', '431', 'no answer'].includes(status) ? 'refused' : status;
}

/** Ways to have the transport itself do what it is not for, or take more than it can hold. */
export const TRANSPORT_ATTACKS: readonly Attack[] = [
  ...smuggled,
  attack('request in the body of one without a key', '401, 200', ({ url }) =>
    rawStatuses(url, `${POST}Content-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}${CLOSING}`),
  ),
  attack('64 KiB of headers', 'refused', ({ url }) =>
    refusal(url, `${GET}X: ${'x'.repeat(65_536)}\r\n\r\n`),
  ),
  attack('64 KiB of path', 'refused', ({ url }) =>
    refusal(url, `GET /${'x'.repeat(65_536)} HTTP/1.1\r\nHost: a\r\n\r\n`),
  ),
  attack('20,000 headers', 'refused', ({ url }) =>
    refusal(url, `${GET}${'a: b\r\n'.repeat(20_000)}\r\n`),
  ),
  attack('64 KiB of chunk extension', 'refused', ({ url, keys }) =>
    refusal(
      url,
      `${POST}Authorization: Bearer ${keys.all.key}\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(65_536)}\r\na\r\n0\r\n\r\n`,
    ),
  ),
  attack('CONNECT to another host', 'no answer', ({ url }) =>
    rawStatuses(url, 'CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: a\r\n\r\n'),
  ),
  attack(
    'URL of another host as the target',
    '401, 200',
    reflected('GET http://169.254.169.254/ HTTP/1.1\r\nHost: a\r\n\r\n', 'meta-data'),
  ),
  attack(
    'TRACE, to read what a browser adds',
    '401, 200',
    reflected('TRACE / HTTP/1.1\r\nHost: a\r\nX-Secret: hunter2\r\n\r\n', 'hunter2'),
  ),
  attack('upgrade to another protocol', '401', ({ url }) =>
    rawStatuses(
      url,
      'GET /v1/batches HTTP/1.1\r\nHost: a\r\nConnection: upgrade, close\r\nUpgrade: h2c\r\n\r\n',
    ),
  ),
  attack(
    'page of another origin that asks to read',
    '401, 200',
    reflected(
      'OPTIONS /v1/batches HTTP/1.1\r\nHost: a\r\nOrigin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n\r\n',
      'access-control-allow',
    ),
  ),
  attack(
    'request id that is a line of the log',
    '401, 200',
    reflected(
      'GET /v1/batches HTTP/1.1\r\nHost: a\r\nX-Request-Id: {"level":60}<script>\r\n\r\n',
      '<script>',
    ),
  ),
  attack(
    'host that is to be put into a link',
    '401, 200',
    reflected(
      'GET /docs HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\n\r\n',
      'evil.example',
    ),
  ),
];
