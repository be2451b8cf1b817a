import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runQuietly, SetupError } from './run-quietly.mjs';

const onPath = (command) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && existsSync(join(folder, command)));

/**
 * Makes sure that there is a Redis: one named by REDIS_URL, a server on the PATH, or one installed now where
 * that needs no further permission.
 *
 * @throws SetupError that says what to install.
 */
export async function ensureRedis() {
  if (process.env.REDIS_URL || onPath('redis-server') || onPath('valkey-server')) return;
  const debian = existsSync('/etc/debian_version') && onPath('apt-get');
  if (!debian || process.getuid?.() !== 0) {
    throw new SetupError(
      'Expected a Redis, but REDIS_URL is not set and the PATH has neither redis-server nor valkey-server: ' +
        `install one (${installCommand(debian)}), or set REDIS_URL.`,
    );
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const packages = ['install', '-y', '--no-install-recommends', 'redis-server'];
  await runQuietly('looking for Redis packages', 'apt-get', ['update'], '/', env);
  await runQuietly('installing Redis', 'apt-get', packages, '/', env);
  // The package starts a service where there is systemd; the stack starts its own server on a free port.
  if (existsSync('/run/systemd/system')) {
    spawnSync('systemctl', ['disable', '--now', 'redis-server'], { stdio: 'ignore' });
  }
}

function installCommand(debian) {
  if (debian) return 'sudo apt-get install redis-server';
  return process.platform === 'darwin' ? 'brew install redis' : 'the package redis or valkey';
}
