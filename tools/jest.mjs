// Runs jest over the compiled specs: `node tools/jest.mjs [path filter…] [-- jest flags…]`.
// The specs are compiled by `tsc -b` and run as they ship (worker threads, decorators and `exports`
// included), so no second compiler sits between the source and the test.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);
const split = args.indexOf('--');
const filters = split < 0 ? args : args.slice(0, split);
const flags = split < 0 ? [] : args.slice(split + 1);

/** Every `*.spec.ts` under a workspace's src; only these run, so a stale compiled spec never does. */
function specs(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.spec.ts'))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)));
}

const sources = ['libs', 'apps', 'tools', 'bench', 'test']
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter(
        (entry) => entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== 'dist',
      )
      .flatMap((entry) => specs(join(root, folder, entry.name))),
  )
  .filter((file) => /(^|\/)src\//.test(file) && !file.includes('node_modules'))
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));

if (sources.length === 0) {
  console.error(`No specs match ${filters.join(' ')}.`);
  process.exit(1);
}
const compiled = sources.map((file) =>
  join(root, file.replace(/(^|\/)src\//, '$1dist/').replace(/\.ts$/, '.js')),
);
const missing = compiled.filter((file) => !existsSync(file));
if (missing.length > 0) {
  console.error(`Not compiled: ${missing.join(', ')}. Run \`npm run build\`.`);
  process.exit(1);
}
const child = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--enable-source-maps',
    '--no-warnings',
    join(root, 'node_modules/jest/bin/jest.js'),
    '--config',
    join(root, 'jest.config.json'),
    ...flags,
    '--runTestsByPath',
    ...compiled,
  ],
  { stdio: 'inherit', cwd: root },
);
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
