import { createHookSender } from '@cropline/storage';
import type { Attack } from '../attack.js';
import { fetchedFrom } from '../fetched-from.js';
import { outcomeOf } from '../outcome-of.js';

/** Hosts that are not public, however they are written. No port listens: whatever connects fails otherwise. */
const INNER_HOSTS = [
  '127.0.0.1',
  '127.0.0.1.',
  '127.1',
  '127.0.1',
  '0x7f000001',
  '0x7f.1',
  '0177.0.0.1',
  '017700000001',
  '2130706433',
  '0x7F.0.0.0x1',
  '127.0.0.%31',
  '①②⑦.0.0.1',
  '0',
  '0.0.0.0',
  'localhost',
  'LocalHost',
  'localhost.',
  'a@127.0.0.1',
  'example.com:80@127.0.0.1',
  'example.com%2f@127.0.0.1',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b:1::7f00:1]',
  '[2002:7f00:1::]',
  '[2001:0:7f00:1::]',
  '[fe80::1]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[ff02::1]',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '100.64.0.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '169.254.169.254',
  '0xa9fea9fe',
  '2852039166',
  '[::ffff:a9fe:a9fe]',
  '[64:ff9b::a9fe:a9fe]',
  '169.254.170.2',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
] as const;

const imageAttacks = INNER_HOSTS.map((host): Attack => ({
  name: `image URL http://${host}/`,
  area: 'addresses',
  expected: 'IMAGE_ADDRESS_BLOCKED',
  run: () => fetchedFrom(`http://${host}/latest/meta-data/`),
}));

/** What is a host to nobody. */
const NO_HOSTS: readonly (readonly [url: string, expected: string])[] = [
  ['http://[fe80::1%25lo]/', 'IMAGE_URL_INVALID'],
  ['http://127.0.0.1%00.example.com/', 'IMAGE_URL_INVALID'],
  ['http://1.2.3.4.5/', 'IMAGE_URL_INVALID'],
  ['http://256.1.1.1/', 'IMAGE_URL_INVALID'],
  ['http:///', 'IMAGE_URL_INVALID'],
  ['//127.0.0.1/', 'IMAGE_URL_INVALID'],
  ['http:127.0.0.1', 'IMAGE_ADDRESS_BLOCKED'],
  ['http:\\\\127.0.0.1\\', 'IMAGE_ADDRESS_BLOCKED'],
  ['ht\ttp://127.0.0.1/', 'IMAGE_URL_INVALID'],
  ['gopher://127.0.0.1:6379/_FLUSHALL', 'IMAGE_SCHEME_UNSUPPORTED'],
  ['redis://127.0.0.1:6379/', 'IMAGE_SCHEME_UNSUPPORTED'],
  ['dict://127.0.0.1:6379/', 'IMAGE_SCHEME_UNSUPPORTED'],
  ['ftp://127.0.0.1/a.jpg', 'IMAGE_SCHEME_UNSUPPORTED'],
  ['data:image/png;base64,AAAA', 'IMAGE_SCHEME_UNSUPPORTED'],
  ['javascript:alert(1)', 'IMAGE_SCHEME_UNSUPPORTED'],
  ['blob:http://127.0.0.1/1', 'IMAGE_SCHEME_UNSUPPORTED'],
];

const urlAttacks = NO_HOSTS.map(([url, expected]): Attack => ({
  name: `image URL ${url.replace('\t', '\\t')}`,
  area: 'addresses',
  expected,
  run: () => fetchedFrom(url),
}));

const webhookAttacks = INNER_HOSTS.map((host): Attack => ({
  name: `webhook to http://${host}/`,
  area: 'addresses',
  expected: 'IMAGE_ADDRESS_BLOCKED',
  run: async () => {
    const sender = createHookSender({ timeoutMs: 5000 });
    const message = { body: '{}', headers: {} };
    const { signal } = new AbortController();
    try {
      return await outcomeOf(() => sender.post(`http://${host}/hook`, message, signal), String);
    } finally {
      await sender.close();
    }
  },
}));

/** Addresses of inner networks, as URLs of images and of webhooks. */
export const ADDRESS_ATTACKS: readonly Attack[] = [
  ...imageAttacks,
  ...urlAttacks,
  ...webhookAttacks,
];
