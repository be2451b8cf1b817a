// What `npm test` runs once everything is set up: lint, format, types, import boundaries, the licences, known
// vulnerabilities and secrets of what ships, then every spec. All of them run, also when one fails; a check that
// cannot be done here (it ends with 2) is named. The last line is `tests: N passed, N failed, N skipped`.
//
//   npm test [-- path filter… [-- jest flags…]]     as tools/jest.mjs takes them
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (path) => join(root, 'node_modules', path);
const cache = join(root, 'node_modules/.cache');

const CHECKS = [
  [
    'lint',
    [bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0'],
    ['--cache', '--cache-strategy', 'content', '--cache-location', join(cache, 'eslint/')],
  ],
  [
    'format',
    [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
    ['--cache', '--cache-strategy', 'content', '--cache-location', join(cache, 'prettier')],
  ],
  ['types', [bin('typescript/lib/tsc.js'), '-b']],
  ['boundaries', [join(root, 'tools/boundaries.mjs')]],
  ['licences', [join(root, 'tools/checks/licences.mjs')]],
  ['secrets', [join(root, 'tools/checks/secrets.mjs')]],
  ['audit', [join(root, 'tools/checks/audit.mjs')]],
];

/** What a check exits with that cannot be done here. */
const NOT_DONE = 2;
const notDone = [];

function step(name, args) {
  const started = performance.now();
  process.stdout.write(`\n== ${name}\n`);
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  const seconds = Math.round((performance.now() - started) / 1000);
  const outcome = status === 0 ? 'ok' : status === NOT_DONE ? 'NOT DONE' : 'FAILED';
  process.stdout.write(`== ${name}: ${outcome} (${seconds} s)\n`);
  if (status === NOT_DONE) notDone.push(name);
  return status === 0 || status === NOT_DONE;
}

/** Runs every spec; the outcome in numbers, by jest's own record. */
function runSpecs() {
  const folder = mkdtempSync(join(tmpdir(), 'cropline-test-'));
  const record = join(folder, 'results.json');
  try {
    const args = process.argv.slice(2);
    const [filters, flags] = args.includes('--')
      ? [args.slice(0, args.indexOf('--')), args.slice(args.indexOf('--') + 1)]
      : [args, []];
    const ok = step('specs', [
      join(root, 'tools/jest.mjs'),
      ...filters,
      '--',
      '--json',
      `--outputFile=${record}`,
      ...flags,
    ]);
    return { ok, results: JSON.parse(readFileSync(record, 'utf8')) };
  } catch (error) {
    process.stdout.write(`No record of the specs: ${error.message}\n`);
    return { ok: false, results: { testResults: [] } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const failed = CHECKS.filter(([name, ...args]) => !step(name, args.flat())).map(([name]) => name);
const { ok, results } = runSpecs();
if (!ok) failed.push('specs');

const suites = results.testResults.map(({ name, assertionResults, status }) => ({
  file: relative(root, name),
  tests: assertionResults,
  // A suite that could not be loaded has no tests to count as failed.
  broken: status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
}));
const tests = suites.flatMap((suite) => suite.tests);
const count = (...statuses) => tests.filter(({ status }) => statuses.includes(status)).length;
const skipped = tests.filter(({ status }) => ['pending', 'todo', 'skipped'].includes(status));
const broken = suites.filter((suite) => suite.broken);

if (skipped.length > 0) {
  process.stdout.write('\nSkipped:\n');
  for (const { fullName } of skipped) process.stdout.write(`  ${fullName}\n`);
}
for (const { file } of broken) process.stdout.write(`\nDid not run: ${file}\n`);
if (notDone.length > 0) process.stdout.write(`\nNot done here: ${notDone.join(', ')}\n`);
if (failed.length > 0) process.stdout.write(`\nFailed: ${failed.join(', ')}\n`);
process.stdout.write(
  `\ntests: ${count('passed')} passed, ${count('failed') + broken.length} failed, ${skipped.length} skipped\n`,
);
process.exit(failed.length === 0 && tests.length > 0 ? 0 : 1);
