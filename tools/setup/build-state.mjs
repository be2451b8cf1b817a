import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const STAMP = '.cropline/built';

/** Whether everything is compiled and no source, folder of sources or tsconfig changed since. */
export function buildIsCurrent(root) {
  const stamp = statSync(join(root, STAMP), { throwIfNoEntry: false });
  if (stamp === undefined) return false;
  const config = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  const projects = config.references.map(({ path }) => join(root, path));
  if (!projects.every((project) => existsSync(join(project, 'dist/.tsbuildinfo')))) return false;
  const watched = [
    join(root, 'tsconfig.base.json'),
    join(root, 'tsconfig.json'),
    join(root, 'package-lock.json'),
    ...projects.flatMap((project) => [join(project, 'tsconfig.json'), ...treeOf(project, 'src')]),
  ];
  return watched.every((path) => {
    const file = statSync(path, { throwIfNoEntry: false });
    return file !== undefined && file.mtimeMs <= stamp.mtimeMs;
  });
}

/** Notes that everything was compiled as it was when the compiler started: what changed since is newer. */
export function recordBuild(root, startedAt) {
  mkdirSync(join(root, '.cropline'), { recursive: true });
  writeFileSync(join(root, STAMP), '');
  utimesSync(join(root, STAMP), startedAt, startedAt);
}

/** A folder and everything below it; a folder's time changes when a file in it comes or goes. */
function treeOf(...path) {
  const folder = join(...path);
  if (!existsSync(folder)) return [folder];
  return [
    folder,
    ...readdirSync(folder, { recursive: true }).map((entry) => join(folder, String(entry))),
  ];
}
