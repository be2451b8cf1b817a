import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CroplineError } from '@cropline/contracts';
import { cleaningUp, inTemporaryFolder } from '../cleaning-up.js';

/** The root of this repository. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Works with a checkout of another commit, installed and compiled: a git worktree in a temporary folder, gone
 * afterwards. Where its lock file is the same as here, the packages of here are linked, with links of its own
 * to its own workspaces; otherwise they are installed.
 *
 * @throws `USAGE_INVALID` when this is no git repository or has no such commit.
 */
export function withCheckout<Result>(
  ref: string,
  onLine: (line: string) => void,
  work: (root: string) => Promise<Result>,
): Promise<Result> {
  const commit = git('rev-parse', '--verify', '--quiet', `${ref}^{commit}`);
  if (commit.status !== 0) {
    throw new CroplineError(
      'USAGE_INVALID',
      `Expected a branch, tag or commit of this git repository for --compare but received "${ref}"`,
    );
  }
  return inTemporaryFolder('compare', (folder) => {
    const root = join(folder, 'checkout');
    const remove = (): void => void git('worktree', 'remove', '--force', root);
    return cleaningUp(remove, async () => {
      const added = git('worktree', 'add', '--detach', root, commit.stdout.trim());
      if (added.status !== 0) throw new Error(`git worktree add: ${added.stderr.trim()}`);
      onLine(`${ref}: installing and compiling ${commit.stdout.slice(0, 10)}`);
      if (sameLockFile(root)) linkPackages(root);
      await setUp(root);
      return await work(root);
    });
  });
}

function git(...args: readonly string[]): {
  status: number | null;
  stdout: string;
  stderr: string;
} {
  return spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
}

function sameLockFile(root: string): boolean {
  const [ours, theirs] = [ROOT, root].map((at) => readFileSync(join(at, 'package-lock.json')));
  return ours !== undefined && theirs !== undefined && ours.equals(theirs);
}

/** Links every package of here into the checkout, whose own workspaces are linked to its own folders. */
function linkPackages(root: string): void {
  for (const folder of ['node_modules', ...workspacesWithPackages()]) linkEntries(folder, root);
}

function linkEntries(folder: string, root: string): void {
  mkdirSync(join(root, folder), { recursive: true });
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('@')) linkEntries(path, root);
    // npm links a workspace by a relative path, which leads to the checkout's own folder there.
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(join(ROOT, path)), join(root, path));
    else symlinkSync(join(ROOT, path), join(root, path));
  }
}

/** The `node_modules` of workspaces, which hold what the root's has in another version. */
function workspacesWithPackages(): string[] {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, unknown>>;
  };
  const folders = Object.keys(packages)
    .filter((path) => !path.startsWith('node_modules/') && path.includes('/node_modules/'))
    .map((path) => path.slice(0, path.indexOf('/node_modules/') + '/node_modules'.length));
  return [...new Set(folders)].filter((folder) => existsSync(join(ROOT, folder)));
}

/** Installs what is missing and compiles, by the checkout's own script. */
async function setUp(root: string): Promise<void> {
  const script = join(root, 'tools', 'setup.mjs');
  if (!existsSync(script)) {
    throw new Error(`Expected ${dirname(script)} of that commit to hold setup.mjs but it does not`);
  }
  const child = spawn(process.execPath, [script, '--quiet'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await cleaningUp(
    () => void child.kill(),
    () => once(child, 'close') as Promise<[number | null]>,
  );
  if (code !== 0) throw new Error('That commit could not be installed and compiled');
}
