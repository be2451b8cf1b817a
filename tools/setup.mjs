// Makes a checkout ready to run, with nothing but Node and npm: installs packages when the lock file asks for
// others than are there, compiles when a source is newer than what was compiled, and finds Redis.
//
//   node tools/setup.mjs [--quiet] [--redis]
//     --quiet  prints nothing when nothing is to do
//     --redis  a Redis is needed: installs one as root on Debian or Ubuntu, else says what to install
//
// Progress goes to stderr, so that a command run after it has stdout to itself.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIsCurrent, recordBuild } from './setup/build-state.mjs';
import { packagesAreCurrent } from './setup/package-state.mjs';
import { ensureRedis } from './setup/ensure-redis.mjs';
import { withLock } from './setup/lock.mjs';
import { runQuietly, SetupError } from './setup/run-quietly.mjs';

const LEAST_NODE = [20, 19];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const quiet = process.argv.includes('--quiet');

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return;
  throw new SetupError(
    `Expected Node ${LEAST_NODE.join('.')} or newer, but this is ${process.versions.node}: ` +
      'install a newer one (https://nodejs.org), then run this again.',
  );
}

function npm() {
  // npm says where it is to what it runs; elsewhere the PATH has it.
  const cli = process.env.npm_execpath;
  if (cli !== undefined && /npm-cli\.c?js$/.test(cli) && existsSync(cli)) {
    return [process.execPath, [cli]];
  }
  if (spawnSync('npm', ['--version'], { stdio: 'ignore' }).status !== 0) {
    throw new SetupError('Expected npm on the PATH: install it, then run this again.');
  }
  return ['npm', []];
}

async function setUp() {
  if (!packagesAreCurrent(root)) {
    const [command, first] = npm();
    // No package needs its install script: what is native comes inside the packages.
    const flags = ['--ignore-scripts', '--loglevel=error', '--no-audit', '--no-fund'];
    await runQuietly('installing packages', command, [...first, 'ci', ...flags], root);
  }
  if (!buildIsCurrent(root)) {
    const startedAt = new Date();
    await runQuietly(
      'compiling',
      process.execPath,
      [join(root, 'node_modules/typescript/lib/tsc.js'), '-b', '--pretty', 'false'],
      root,
    );
    recordBuild(root, startedAt);
  }
}

try {
  checkNode();
  // Asked first without the lock, so that commands on a checkout that is ready do not wait for one another.
  if (!packagesAreCurrent(root) || !buildIsCurrent(root)) await withLock(root, setUp);
  else if (!quiet) process.stderr.write('setup: packages and build are up to date\n');
  if (process.argv.includes('--redis')) await ensureRedis();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`setup: ${error.message}\n`);
  process.exit(1);
}
