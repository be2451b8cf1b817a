// Whether a file of the repository holds what looks like a key, a token or a password: secretlint over every file
// that git tracks, or would.
//
//   node tools/checks/secrets.mjs [FOLDER]       exits with 1 and names file and line, never the secret
import { spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = resolve(process.argv[2] ?? '.');
const listed = spawnSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'],
  { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 },
);
if (listed.status !== 0) {
  console.log('not done: this is no checkout of git, so there is no list of its files');
  process.exit(2);
}
const gone = spawnSync('git', ['ls-files', '-z', '--deleted'], { cwd: folder, encoding: 'utf8' });
const deleted = new Set(gone.stdout.split('\0'));
const files = listed.stdout.split('\0').filter((file) => file !== '' && !deleted.has(file));
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/secretlint/bin/secretlint.js'),
    '--secretlintrc',
    join(root, '.secretlintrc.json'),
    '--no-glob',
    ...files,
  ],
  { cwd: folder, stdio: 'inherit' },
);
if (status === 0) console.log(`${files.length} files hold no secret`);
process.exit(status === 0 ? 0 : 1);
