import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const LOOK_EVERY_MS = 300;

/** Runs `action` while no other set-up of this checkout runs; the lock of one that died is taken over. */
export async function withLock(root, action) {
  const file = join(root, '.cropline/setup.lock');
  mkdirSync(join(root, '.cropline'), { recursive: true });
  let told = false;
  while (!taken(file)) {
    if (isStale(file) && removeStale(file)) continue;
    if (!told) process.stderr.write('setup: waiting for another set-up of this checkout …\n');
    told = true;
    await wait(LOOK_EVERY_MS);
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    await action();
  } finally {
    release();
    process.off('exit', release);
  }
}

function taken(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Whether the process that took the lock has died. */
function isStale(file) {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/**
 * Removes a stale lock, which only one process may do: two that both saw it stale would else remove the one
 * that the first of them takes next.
 */
function removeStale(file) {
  const claim = `${file}.stale`;
  if (!taken(claim)) {
    if (isStale(claim)) rmSync(claim, { force: true });
    return false;
  }
  if (isStale(file)) rmSync(file, { force: true });
  rmSync(claim, { force: true });
  return true;
}
