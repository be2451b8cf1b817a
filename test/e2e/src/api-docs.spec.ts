import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { documentBlocks, type DocumentBlock } from './support/document-blocks.js';
import { uploadPictures } from './support/pictures.js';
import { startSystem, type System } from './support/system.js';

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

const blocks = await documentBlocks('docs/api.md', 'sh');
const examples = blocks.filter(({ text }) => text.includes('curl'));

/** --url-query came with curl 7.87. */
const curlFits = await run('curl', ['--version']).then(
  ({ stdout }) => {
    const [, major = 0, minor = 0] = /^curl (\d+)\.(\d+)/u.exec(stdout)?.map(Number) ?? [];
    return major > 7 || (major === 7 && minor >= 87);
  },
  () => false,
);
const curlReason = curlFits ? '' : ' (skipped: curl 7.87 or newer is not installed)';

/** The method and path of each request of an example, as the OpenAPI document writes them. */
function requestsOf({ text }: DocumentBlock): string[] {
  // One command over several lines is one.
  const commands = text.replaceAll('\\\n', ' ').split(/(?=\bcurl\b)/u);
  return commands.flatMap((command) => {
    const path = /\$API(\/[^\s"'?]*)/u.exec(command)?.[1];
    if (path === undefined) return [];
    const given = /-X (\w+)/u.exec(command)?.[1];
    const method = given ?? (/ (-d|--data-binary) /u.test(command) ? 'POST' : 'GET');
    const pattern = path.replace('$BATCH', '{id}').replace(/\/items\/[^/]+$/u, '/items/{itemId}');
    return [`${method.toLowerCase()} ${pattern}`];
  });
}

describe('docs/api.md', () => {
  it('has an example of every endpoint, and of no other', async () => {
    const text = await readFile(join(root, 'docs/openapi.json'), 'utf8');
    const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, unknown>> };
    const endpoints = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect([...new Set(examples.flatMap(requestsOf))].sort()).toEqual(endpoints.sort());
  });
});

(curlFits ? describe : describe.skip)(`What the documents show${curlReason}`, () => {
  let system: System;
  let folder: string;
  let finished: string;

  beforeAll(async () => {
    system = await startSystem({ workers: 1 });
    const { images, store } = system;
    const [picture = ''] = await uploadPictures(system);
    const bytes = await store.get(`${images}/${picture}`);
    const csv = 'url\ns3://photos/cat.jpg\n';
    await store.put(`${images}/cat.jpg`, bytes);
    await store.put(`${images}/2026/07/cat.jpg`, bytes);
    await store.put(`${images}/lists/june.csv`, csv);
    folder = await mkdtemp(join(tmpdir(), 'cropline-docs-'));
    await writeFile(join(folder, 'cat.jpg'), bytes);
    await writeFile(join(folder, 'june.csv'), csv);
    await writeFile(join(folder, 'june.jsonl'), '{"url":"s3://photos/cat.jpg"}\n');
    finished = await finish();
  }, 300_000);
  afterAll(async () => {
    await system.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** A batch that is done, one of its images classified and one not. */
  async function finish(): Promise<string> {
    const { client, images } = system;
    const { id } = await client.createBatch({
      items: [
        { id: 'cat', url: `${images}/cat.jpg` },
        { id: 'gone', url: `${images}/no-such-key.jpg` },
      ],
    });
    for await (const batch of client.watch(id)) expect(batch.counts.total).toBe(2);
    return id;
  }

  /** The batch that an example speaks of, in a state in which it can be done. */
  async function batchFor(text: string): Promise<string> {
    if (!text.includes('/cancel')) return /\/retry|DELETE/u.test(text) ? finish() : finished;
    const items = Array.from({ length: 5_000 }, () => ({ url: 's3://photos/cat.jpg' }));
    return (await system.client.createBatch({ items })).id;
  }

  it.each(
    examples.map((example) => [`line ${example.line}, ${example.section}`, example] as const),
  )(
    'docs/api.md, %s',
    async (_, { text }) => {
      const script = [
        'set -euo pipefail',
        'curl() { command curl --silent --show-error --fail-with-body --max-time 60 "$@"; }',
        text,
      ].join('\n');
      // This API is open to its machine: what is sent as a key it does not read.
      const CROPLINE_API_KEY = 'cropline_0_0';
      const BATCH = await batchFor(text);
      const env = { ...process.env, API: system.stack.apiUrl, BATCH, CROPLINE_API_KEY };
      await run('bash', ['-c', script], { cwd: folder, env });
    },
    300_000,
  );

  it('README.md, the program', async () => {
    const [program] = await documentBlocks('README.md', 'ts');
    const text = program!.text.replace('http://127.0.0.1:3000', system.stack.apiUrl);
    expect(text).toContain(system.stack.apiUrl);
    // Here, so that it finds the packages it imports.
    const file = join(dirname(fileURLToPath(import.meta.url)), 'readme-program.mjs');
    await writeFile(file, text);
    try {
      const { stdout } = await run(process.execPath, [file]);
      expect(stdout).toContain('completed');
      expect(stdout).toContain('s3://photos/2026/07/cat.jpg');
    } finally {
      await rm(file);
    }
  }, 300_000);
});
