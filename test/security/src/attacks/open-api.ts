import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';
import { logFields, ManagedProcess } from '@cropline/tools';
import type { Attack } from '../attack.js';
import { sharedPart } from '../shared-part.js';

const API_MAIN = fileURLToPath(new URL('../../../../apps/api/dist/main.js', import.meta.url));
/** Nothing listens there: what is refused is refused before Redis or S3 is asked. */
const SETTINGS = {
  PORT: '0',
  REDIS_URL: 'redis://127.0.0.1:1',
  S3_ENDPOINT: 'http://127.0.0.1:1',
  AWS_ACCESS_KEY_ID: 'key',
  AWS_SECRET_ACCESS_KEY: 'secret',
  CROPLINE_OUTPUT_URL: 's3://results/batches',
};

function startApi(
  env: Readonly<Record<string, string>>,
  onLine?: (source: string, line: string) => void,
): Promise<ManagedProcess> {
  const how = { name: 'open api', command: process.execPath, args: [API_MAIN], onLine };
  return ManagedProcess.start({ ...how, env: { ...SETTINGS, ...env } });
}

const openApi = sharedPart(
  async () => {
    const api = await startApi({});
    const { url } = await api.waitForLine((line) => logFields(line, 'listening'));
    return { api, url: String(url) };
  },
  ({ api }) => api.stop(),
);

/** What a page in a browser on the same machine has it send. */
async function fromPage(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const { url } = await openApi();
  const sent = request(url + path, { method, headers, agent: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const part of response as AsyncIterable<Buffer>) text += part.toString();
  const { code } = JSON.parse(text) as { readonly code?: string };
  return `${response.statusCode ?? ''} ${code ?? ''}`;
}

const REBOUND = [
  'evil.example',
  'evil.example:3000',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  '0.0.0.0:3000',
  '2130706433',
  '[::ffff:127.0.0.1]',
];

const rebinding = REBOUND.map((host): Attack => ({
  name: `API without keys: page of ${host} that resolves it to this machine`,
  area: 'keys',
  expected: '403 HOST_FORBIDDEN',
  run: () => fromPage('GET', '/v1/batches', { host }),
}));

const FOREIGN: readonly Readonly<Record<string, string>>[] = [
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { origin: 'http://localhost:1' },
  { 'sec-fetch-site': 'cross-site' },
];

const foreignPages = FOREIGN.map((headers): Attack => ({
  name: `API without keys: form of a page with ${JSON.stringify(headers)}`,
  area: 'keys',
  expected: '403 HOST_FORBIDDEN',
  run: () => fromPage('POST', '/v1/admin/reconcile', { host: 'localhost:3000', ...headers }),
}));

const exposed: Attack = {
  name: 'API without keys on all addresses',
  area: 'keys',
  expected: 'does not start: CROPLINE_AUTH',
  run: async () => {
    const lines: string[] = [];
    const api = await startApi({ HOST: '0.0.0.0' }, (_, line) => lines.push(line));
    const { code } = await api.exited;
    const said = lines.join('\n');
    const named = said.includes('CONFIG_INVALID') && said.includes('CROPLINE_AUTH: expected');
    return code === 1 && named ? 'does not start: CROPLINE_AUTH' : `${code ?? ''}: ${said}`;
  },
};

/** Who reaches an API that asks nobody who they are. */
export const OPEN_API_ATTACKS: readonly Attack[] = [...rebinding, ...foreignPages, exposed];
