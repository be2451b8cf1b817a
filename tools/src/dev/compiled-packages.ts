import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const LIBRARIES = ['contracts', 'storage', 'queue'].map((name) => `libs/${name}`);

/** The packages that run in the API and in a worker. */
export const PACKAGES_OF = {
  api: ['apps/api', ...LIBRARIES],
  worker: ['apps/worker', 'libs/model', 'libs/pipeline', ...LIBRARIES],
} as const;

/** When the newest of these packages' compiled files was written, in milliseconds since 1970; specs do not count. */
export function compiledAt(packages: readonly string[]): number {
  return packages
    .flatMap((name) => {
      const dist = join(ROOT, name, 'dist');
      return readdirSync(dist, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.js') && !file.endsWith('.spec.js'))
        .map((file) => statSync(join(dist, file)).mtimeMs);
    })
    .reduce((newest, time) => Math.max(newest, time), 0);
}
