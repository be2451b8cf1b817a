import { gzipSync } from 'node:zlib';
import type { ErrorCode } from '@cropline/contracts';

const JSON_TYPE = { 'content-type': 'application/json' };
/** An item that is as it should be. */
export const item = { url: 's3://b/k' };
const raw = (
  body: string | Uint8Array,
  headers: Record<string, string> = JSON_TYPE,
): RequestInit => ({
  method: 'POST',
  headers,
  body,
});
const json = (body: unknown): RequestInit => raw(JSON.stringify(body));

/** What is wrong, the path, the request, the code, and a text that the problem must hold. */
export type BadRequest = readonly [string, string, RequestInit, ErrorCode, string];

/** Bodies of POST /v1/batches. */
export const BATCH_BODIES: readonly BadRequest[] = (
  [
    ['malformed JSON', raw('{"items":'), 'REQUEST_MALFORMED', 'not valid JSON'],
    ['no body', { method: 'POST' }, 'REQUEST_MALFORMED', 'received none'],
    ['an empty body', raw('', JSON_TYPE), 'REQUEST_MALFORMED', 'received none'],
    [
      'another type',
      raw('a,b', { 'content-type': 'text/plain' }),
      'MEDIA_TYPE_UNSUPPORTED',
      'text/plain',
    ],
    [
      'a form',
      raw('items=1', { 'content-type': 'application/x-www-form-urlencoded' }),
      'MEDIA_TYPE_UNSUPPORTED',
      'application/json',
    ],
    [
      'items and a source',
      json({ items: [item], source: { type: 's3Prefix', url: 's3://b/p' } }),
      'REQUEST_INVALID',
      'either items or source',
    ],
    [
      'a source of another kind',
      json({ source: { type: 'ftp', url: 'ftp://b/p' } }),
      'REQUEST_INVALID',
      '"source.type"',
    ],
    [
      'a prefix that is no location',
      json({ source: { type: 's3Prefix', url: 'https://b/p' } }),
      'REQUEST_INVALID',
      '"source.url"',
    ],
    [
      'globs for a list',
      json({ source: { type: 'manifest', url: 's3://b/list.csv', include: ['*.jpg'] } }),
      'REQUEST_INVALID',
      'inventory only',
    ],
    [
      'a key that is too long',
      raw(JSON.stringify({ items: [item] }), {
        ...JSON_TYPE,
        'idempotency-key': 'x'.repeat(256),
      }),
      'REQUEST_INVALID',
      'Idempotency-Key',
    ],
    [
      'an empty list',
      raw('', { 'content-type': 'text/csv' }),
      'REQUEST_MALFORMED',
      'received none',
    ],
    [
      'a list in another charset',
      raw('url', { 'content-type': 'text/csv; charset=latin1' }),
      'MEDIA_TYPE_UNSUPPORTED',
      'UTF-8',
    ],
    [
      'a list in another encoding',
      raw('url', { 'content-type': 'text/csv', 'content-encoding': 'br' }),
      'MEDIA_TYPE_UNSUPPORTED',
      'gzip',
    ],
    ['an image', raw('x', { 'content-type': 'image/png' }), 'MEDIA_TYPE_UNSUPPORTED', 'image/png'],
    [
      'another charset',
      raw('{}', { 'content-type': 'application/json; charset=latin1' }),
      'MEDIA_TYPE_UNSUPPORTED',
      'charset',
    ],
    [
      'a charset that hides what is said',
      raw('+AHsAfQ-', { 'content-type': 'application/json; charset=utf-7' }),
      'MEDIA_TYPE_UNSUPPORTED',
      'UTF-8',
    ],
    [
      'an unknown encoding',
      raw('{}', { ...JSON_TYPE, 'content-encoding': 'zstd2' }),
      'MEDIA_TYPE_UNSUPPORTED',
      'gzip',
    ],
    [
      'a broken encoding',
      raw('{}', { ...JSON_TYPE, 'content-encoding': 'gzip' }),
      'REQUEST_MALFORMED',
      'decoded',
    ],
    ['too much', raw(new Uint8Array(48 * 2 ** 20 + 1).fill(32)), 'REQUEST_TOO_LARGE', '50,331,648'],
    [
      'too much once unzipped',
      raw(gzipSync(Buffer.alloc(48 * 2 ** 20 + 1, 32)), {
        ...JSON_TYPE,
        'content-encoding': 'gzip',
      }),
      'REQUEST_TOO_LARGE',
      '50,331,648',
    ],
    ['a number', json(3), 'REQUEST_INVALID', 'expected object'],
    ['null', json(null), 'REQUEST_INVALID', 'expected object'],
    ['a list', json([item]), 'REQUEST_INVALID', 'expected object'],
    ['no items', json({}), 'REQUEST_INVALID', '"items"'],
    ['an empty list of items', json({ items: [] }), 'REQUEST_INVALID', '"items"'],
    ['items that are no list', json({ items: 'all' }), 'REQUEST_INVALID', '"items"'],
    [
      '10,001 items',
      json({ items: Array(10_001).fill(item) }),
      'REQUEST_INVALID',
      'at most 10000 items, but received 10001',
    ],
    [
      'millions of items',
      raw(`{"items":[${'1,'.repeat(9_000_000)}1]}`),
      'REQUEST_INVALID',
      'received 9000001',
    ],
    [
      'a URL without a scheme',
      json({ items: [item, { url: 'cat.jpg' }] }),
      'REQUEST_INVALID',
      '"items[1].url","index":1',
    ],
    ['a URL that is no text', json({ items: [{ url: 7 }] }), 'REQUEST_INVALID', '"items[0].url"'],
    [
      'a URL that is too long',
      json({ items: [{ url: `s3://b/${'k'.repeat(4096)}` }] }),
      'REQUEST_INVALID',
      '"items[0].url"',
    ],
    ['an item that is no object', json({ items: ['s3://b/k'] }), 'REQUEST_INVALID', '"items[0]"'],
    [
      'an id with a line break',
      json({ items: [{ ...item, id: 'a\nb' }] }),
      'REQUEST_INVALID',
      '"items[0].id"',
    ],
    [
      'an id of half a character',
      raw('{"items":[{"id":"\\ud83d","url":"s3://b/k"}]}'),
      'REQUEST_INVALID',
      '"items[0].id"',
    ],
    ['an id of dots', json({ items: [{ ...item, id: '..' }] }), 'REQUEST_INVALID', '"items[0].id"'],
    ['an empty id', json({ items: [{ ...item, id: '' }] }), 'REQUEST_INVALID', '"items[0].id"'],
    [
      'an unknown field of an item',
      json({ items: [{ ...item, weight: 2 }] }),
      'REQUEST_INVALID',
      '"items[0].weight","index":0',
    ],
    ['an unknown field', json({ items: [item], urgency: 1 }), 'REQUEST_INVALID', '"urgency"'],
    [
      'an unknown option',
      json({ items: [item], options: { crop: 'ten' } }),
      'REQUEST_INVALID',
      '"options.crop"',
    ],
    [
      'an unknown crop policy',
      json({ items: [item], options: { crops: 'eleven' } }),
      'REQUEST_INVALID',
      '"options.crops"',
    ],
    [
      'a plan of too many crops',
      json({
        items: [item],
        options: { crops: { scales: [224, 256, 288, 320, 352], grid: 8, mirror: true } },
      }),
      'REQUEST_INVALID',
      'at most 512 crops',
    ],
    [
      'an agreement that no rule can promise',
      json({ items: [item], options: { crops: { policy: 'adaptive', agreement: 1 } } }),
      'REQUEST_INVALID',
      '"options.crops.agreement"',
    ],
    [
      'a topK of 0',
      json({ items: [item], options: { topK: 0 } }),
      'REQUEST_INVALID',
      '"options.topK"',
    ],
    [
      'a topK of 1.5',
      json({ items: [item], options: { topK: 1.5 } }),
      'REQUEST_INVALID',
      '"options.topK"',
    ],
    [
      'an output elsewhere',
      json({ items: [item], output: { url: 'https://host/' } }),
      'REQUEST_INVALID',
      '"output.url"',
    ],
    [
      'metadata that is no text',
      json({ items: [item], metadata: { a: 1 } }),
      'REQUEST_INVALID',
      '"metadata.a"',
    ],
    [
      '17 pairs of metadata',
      json({
        items: [item],
        metadata: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`k${n}`, ''])),
      }),
      'REQUEST_INVALID',
      'at most 16 pairs',
    ],
    [
      'a prototype',
      raw('{"items":[{"url":"s3://b/k","__proto__":{"id":"x"}}]}'),
      'REQUEST_INVALID',
      'items[0].__proto__',
    ],
  ] as const
).map(([name, init, code, text]) => [name, '/v1/batches', init, code, text]);

/** Queries of POST /v1/batches with a list as its body. */
export const LIST_QUERIES: readonly BadRequest[] = (
  [
    ['settings that are no JSON', '?settings=x', 'REQUEST_INVALID', '"settings"'],
    ['settings that are a list', '?settings=[]', 'REQUEST_INVALID', '"settings"'],
    ['items in the settings', '?settings={"items":[]}', 'REQUEST_INVALID', '"items"'],
    ['an unknown crop policy', '?crops=eleven', 'REQUEST_INVALID', '"crops"'],
    ['a topK of 0', '?topK=0', 'REQUEST_INVALID', '"topK"'],
    ['an unknown parameter', '?top=1', 'REQUEST_INVALID', '"top"'],
  ] as const
).map(([name, query, code, text]) => [
  name,
  `/v1/batches${query}`,
  raw('{"url":"s3://b/k"}', { 'content-type': 'application/x-ndjson' }),
  code,
  text,
]);

/** Bodies of POST /v1/classifications. */
export const CLASSIFICATION_BODIES: readonly BadRequest[] = (
  [
    ['malformed JSON', raw('{'), 'REQUEST_MALFORMED', 'not valid JSON'],
    ['no body', { method: 'POST' }, 'REQUEST_MALFORMED', 'image/*'],
    [
      'another type',
      raw('x', { 'content-type': 'application/octet-stream' }),
      'MEDIA_TYPE_UNSUPPORTED',
      'image/*',
    ],
    [
      'a form',
      raw('x', { 'content-type': 'multipart/form-data; boundary=x' }),
      'MEDIA_TYPE_UNSUPPORTED',
      'image/*',
    ],
    ['an empty image', raw('', { 'content-type': 'image/png' }), 'IMAGE_EMPTY', 'bytes'],
    ['too much JSON', json({ url: `s3://b/${'k'.repeat(70_000)}` }), 'REQUEST_TOO_LARGE', '65,536'],
    ['no URL', json({}), 'REQUEST_INVALID', '"url"'],
    ['a bad URL', json({ url: 'cat' }), 'REQUEST_INVALID', '"url"'],
    ['a wait that is too long', json({ ...item, waitMs: 120_001 }), 'REQUEST_INVALID', '"waitMs"'],
    ['a negative wait', json({ ...item, waitMs: -1 }), 'REQUEST_INVALID', '"waitMs"'],
    ['a list of items', json({ items: [item] }), 'REQUEST_INVALID', '"items"'],
  ] as const
).map(([name, init, code, text]) => [name, '/v1/classifications', init, code, text]);

/** Everything that is wrong outside a body. */
export const PATHS_AND_QUERIES: readonly BadRequest[] = [
  ['an unknown status', '/v1/batches?status=done', {}, 'REQUEST_INVALID', '"status"'],
  ['two statuses', '/v1/batches?status=failed&status=completed', {}, 'REQUEST_INVALID', '"status"'],
  ['a limit of 0', '/v1/batches?limit=0', {}, 'REQUEST_INVALID', '"limit"'],
  ['a limit of 101', '/v1/batches?limit=101', {}, 'REQUEST_INVALID', '"limit"'],
  ['a limit in words', '/v1/batches?limit=ten', {}, 'REQUEST_INVALID', '"limit"'],
  ['a limit in hex', '/v1/batches?limit=0x10', {}, 'REQUEST_INVALID', '"limit"'],
  ['an empty limit', '/v1/batches?limit=', {}, 'REQUEST_INVALID', '"limit"'],
  ['an empty cursor', '/v1/batches?cursor=', {}, 'REQUEST_INVALID', '"cursor"'],
  ['an unknown parameter', '/v1/batches?page=2', {}, 'REQUEST_INVALID', '"page"'],
  ['a parameter of nothing', '/v1/batches/b-1?full=1', {}, 'REQUEST_INVALID', '"full"'],
  ['a parameter of an item', '/v1/batches/b-1/items/0?x=1', {}, 'REQUEST_INVALID', '"x"'],
  [
    'a parameter of cancel',
    '/v1/batches/b-1/cancel?now=1',
    { method: 'POST' },
    'REQUEST_INVALID',
    '"now"',
  ],
  [
    'a parameter of submit',
    '/v1/batches?dry=1',
    json({ items: [item] }),
    'REQUEST_INVALID',
    '"dry"',
  ],
  [
    'options of a URL in the query',
    '/v1/classifications?crops=ten',
    json(item),
    'REQUEST_INVALID',
    '"crops"',
  ],
  [
    'an upload with a bad topK',
    '/v1/classifications?topK=all',
    raw('x', { 'content-type': 'image/png' }),
    'REQUEST_INVALID',
    '"topK"',
  ],
  [
    'an upload with a bad wait',
    '/v1/classifications?waitMs=-1',
    raw('x', { 'content-type': 'image/png' }),
    'REQUEST_INVALID',
    '"waitMs"',
  ],
  [
    'an upload with an empty wait',
    '/v1/classifications?waitMs=',
    raw('x', { 'content-type': 'image/png' }),
    'REQUEST_INVALID',
    '"waitMs"',
  ],
  [
    'results of an unknown outcome',
    '/v1/batches/b-1/results?status=pending',
    {},
    'REQUEST_INVALID',
    '"status"',
  ],
  [
    'results with a limit of 1,001',
    '/v1/batches/b-1/results?limit=1001',
    {},
    'REQUEST_INVALID',
    '"limit"',
  ],
  ['an unknown batch', '/v1/batches/none', {}, 'BATCH_NOT_FOUND', 'none'],
  ['results of an unknown batch', '/v1/batches/none/results', {}, 'BATCH_NOT_FOUND', 'none'],
  ['an item of an unknown batch', '/v1/batches/none/items/0', {}, 'BATCH_NOT_FOUND', 'none'],
  [
    'cancel of an unknown batch',
    '/v1/batches/none/cancel',
    { method: 'POST' },
    'BATCH_NOT_FOUND',
    'none',
  ],
  ['an unknown item', '/v1/batches/b-1/items/none', {}, 'ITEM_NOT_FOUND', 'none'],
  ['an id that is not UTF-8', '/v1/batches/%ff', {}, 'REQUEST_MALFORMED', 'path'],
  ['an id that is not encoded', '/v1/batches/b-1/items/%', {}, 'REQUEST_MALFORMED', 'path'],
  ['no such path', '/v2/batches', {}, 'ROUTE_NOT_FOUND', '/v2/batches'],
  ['the root', '/', {}, 'ROUTE_NOT_FOUND', '/docs'],
  ['no such page of the reference', '/docs/nothing.js', {}, 'ROUTE_NOT_FOUND', '/docs'],
];
