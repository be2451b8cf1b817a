import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Readiness } from '../health/readiness.js';
import { createObjectStore } from '@cropline/storage';
import { ADMIT_EVERYONE } from '../access/admission.js';
import { createApp } from '../create-app.js';
import { Uploads } from '../uploads/uploads.js';
import { FakeBatches } from '../testing/fake-batches.js';
import { NO_QUEUES } from '../testing/no-queues.js';
import { NO_LIMITS, startTestApi, type TestApi } from '../testing/test-api.js';
import { pino } from 'pino';
import { buildOpenApiDocument } from './openapi-document.js';
import { openApiText } from './openapi-text.js';

const document = buildOpenApiDocument();

/** Every `$ref` in a value. */
function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' ? [String(inner)] : refsIn(inner),
  );
}

/** Every method and path that Express serves under /v1 and /health, with parameters as OpenAPI writes them. */
async function servedRoutes(): Promise<string[]> {
  const app = await createApp(
    {
      batches: new FakeBatches(),
      uploads: new Uploads(createObjectStore({ region: 'us-east-1' }), 's3://results'),
      monitor: NO_QUEUES,
      readiness: new Readiness({ redis: () => Promise.resolve(), s3: () => Promise.resolve() }),
      stopping: new AbortController().signal,
      admission: ADMIT_EVERYONE,
      limits: NO_LIMITS,
    },
    pino({ level: 'silent' }),
  );
  const { router } = app.getHttpAdapter().getInstance() as {
    router: { stack: { route?: { path: unknown; methods: Record<string, boolean> } }[] };
  };
  const routes = router.stack.flatMap(({ route }) =>
    route === undefined
      ? []
      : Object.keys(route.methods).map(
          (method) => `${method} ${String(route.path).replace(/:(\w+)/gu, '{$1}')}`,
        ),
  );
  await app.close();
  return [...new Set(routes)].filter((route) => /^\w+ \/(?:v1|health)\b/u.test(route)).sort();
}

describe('the OpenAPI document', () => {
  it('describes every endpoint that is served, and no other', async () => {
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(await servedRoutes()).toEqual(described.sort());
    expect(described).toHaveLength(16);
  });

  it('refers only to schemas that it holds, and holds none that nothing refers to', () => {
    const held = Object.keys(document.components.schemas).map((id) => `#/components/schemas/${id}`);
    expect([...new Set(refsIn(document))].sort()).toEqual(held.sort());
  });

  it('names the parameters of each path, and each operation once', () => {
    const ids = new Set<unknown>();
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const operation of Object.values(operations)) {
        const { parameters = [], operationId } = operation as {
          parameters?: { name: string; in: string; required: boolean }[];
          operationId: string;
        };
        expect(
          parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`),
        ).toEqual(path.match(/\{\w+\}/gu) ?? []);
        ids.add(operationId);
      }
    }
    expect(ids.size).toBe(16);
  });

  it('lets a request leave out what has a default', () => {
    const schema = document.components.schemas['CreateBatchRequest'];
    expect(schema).toMatchObject({ additionalProperties: false });
    expect(schema).not.toHaveProperty('required');
  });

  it('is docs/openapi.json; run `npm run docs:openapi` after a change', async () => {
    const file = fileURLToPath(new URL('../../../../docs/openapi.json', import.meta.url));
    expect(await readFile(file, 'utf8')).toBe(openApiText());
  });
});

describe('the reference over HTTP', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.close());

  it('is the document at /docs/openapi.json', async () => {
    const response = await api.fetch('/docs/openapi.json');
    expect(response.headers.get('content-type')).toMatch(/^application\/json/u);
    expect(await response.json()).toEqual(JSON.parse(openApiText()));
  });

  it('is a page at /docs whose scripts are served and hold the document', async () => {
    const page = await api.fetch('/docs');
    expect(page.status).toBe(200);
    const html = await page.text();
    const scripts = [...html.matchAll(/<script src="([^"]+)"/gu)].map((match) => match[1] ?? '');
    expect(scripts.length).toBeGreaterThan(1);
    for (const script of scripts) {
      const { href } = new URL(script, `${api.url}/docs`);
      expect((await fetch(href)).status).toBe(200);
    }
    const init = await (await api.fetch('/docs/swagger-ui-init.js')).text();
    expect(init).toContain('/v1/classifications');
  });
});
