import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Attack } from '../attack.js';
import { childLines } from '../child-lines.js';
import { fetchedFrom } from '../fetched-from.js';
import { sharedPart } from '../shared-part.js';

const TURNING = fileURLToPath(new URL('../children/turning-child.js', import.meta.url));

/** A folder with `open/`, which may be read, and beside it what may not. */
const folder = sharedPart(
  async () => {
    const root = await mkdtemp(join(tmpdir(), 'cropline-security-'));
    await mkdir(join(root, 'open/below'), { recursive: true });
    await mkdir(join(root, 'open-too'));
    await writeFile(join(root, 'open/a.jpg'), 'image');
    await writeFile(join(root, 'open/empty.jpg'), '');
    for (const secret of ['secret', 'open-too/secret'])
      await writeFile(join(root, secret), 'secret');
    await symlink('../secret', join(root, 'open/link.jpg'));
    await symlink('/', join(root, 'open/root'));
    await symlink('circle.jpg', join(root, 'open/circle.jpg'));
    await symlink('a.jpg', join(root, 'open/inner.jpg'));
    execFileSync('mkfifo', [join(root, 'open/pipe.jpg')]);
    return root;
  },
  (root) => rm(root, { recursive: true, force: true }),
);

/** Paths of `file://` URLs; `ROOT` is the folder. */
const PATHS: readonly (readonly [path: string, expected: string])[] = [
  ['ROOT/open/a.jpg', 'let through: image'],
  ['ROOT/open/inner.jpg', 'let through: image'],
  ['ROOT/open/below/../a.jpg', 'let through: image'],
  ['ROOT/secret', 'IMAGE_PATH_BLOCKED'],
  ['ROOT/open-too/secret', 'IMAGE_PATH_BLOCKED'],
  ['ROOT/open/../secret', 'IMAGE_PATH_BLOCKED'],
  ['ROOT/open/%2e%2e/secret', 'IMAGE_PATH_BLOCKED'],
  ['ROOT/open/.%2E/secret', 'IMAGE_PATH_BLOCKED'],
  ['ROOT/open/..\\secret', 'IMAGE_PATH_BLOCKED'],
  ['ROOT/open/%2e%2e%2fsecret', 'IMAGE_URL_INVALID'],
  ['ROOT/open/..%2fsecret', 'IMAGE_URL_INVALID'],
  ['ROOT/open/%252e%252e/secret', 'IMAGE_NOT_FOUND'],
  ['ROOT/open/..%c0%afsecret', 'IMAGE_URL_INVALID'],
  ['ROOT/open/a.jpg%00.png', 'IMAGE_URL_INVALID'],
  ['ROOT/open/link.jpg', 'IMAGE_PATH_BLOCKED'],
  ['ROOT/open/root/etc/passwd', 'IMAGE_PATH_BLOCKED'],
  ['ROOT/open/root/no/such/file', 'IMAGE_PATH_BLOCKED'],
  ['ROOT/open/circle.jpg', 'IMAGE_NOT_FOUND'],
  ['ROOT/open/below', 'IMAGE_NOT_FOUND'],
  ['ROOT/open', 'IMAGE_NOT_FOUND'],
  ['ROOT/open/pipe.jpg', 'IMAGE_NOT_FOUND'],
  [`ROOT/open/${'a'.repeat(5000)}`, 'IMAGE_NOT_FOUND'],
  ['/etc/passwd', 'IMAGE_PATH_BLOCKED'],
  ['/dev/zero', 'IMAGE_PATH_BLOCKED'],
  ['/dev/stdin', 'IMAGE_PATH_BLOCKED'],
  ['/proc/self/environ', 'IMAGE_PATH_BLOCKED'],
  ['/proc/self/cwd/../../../../etc/passwd', 'IMAGE_PATH_BLOCKED'],
];

const pathAttacks = PATHS.map(([path, expected]): Attack => ({
  name: `image URL file://${path.length > 100 ? 'ROOT/open/ and 5,000 letters' : path}, only ROOT/open open`,
  area: 'files and buckets',
  expected,
  run: async () => {
    const root = await folder();
    const fileRoots = [join(root, 'open')];
    return await fetchedFrom(`file://${path.replace('ROOT', root)}`, { fileRoots });
  },
}));

/** Folders that are open by mistake: what is in them is still no file, and never waited for. */
const DEVICES: readonly (readonly [path: string, expected: string])[] = [
  ['/dev/zero', 'IMAGE_NOT_FOUND'],
  ['/dev/tty', 'IMAGE_NOT_FOUND'],
  ['/dev/null', 'IMAGE_NOT_FOUND'],
];

const deviceAttacks = DEVICES.map(([path, expected]): Attack => ({
  name: `image URL file://${path}, with /dev open`,
  area: 'files and buckets',
  expected,
  run: () => fetchedFrom(`file://${path}`, { fileRoots: ['/dev'] }),
}));

/** `file://` URLs that lead elsewhere than to files below the folders that are open. */
export const FILE_URL_ATTACKS: readonly Attack[] = [
  ...pathAttacks,
  ...deviceAttacks,
  {
    name: 'image URL file:///etc/passwd, no folder open',
    area: 'files and buckets',
    expected: 'IMAGE_PATH_BLOCKED',
    run: () => fetchedFrom('file:///etc/passwd'),
  },
  {
    name: 'image URL file://host/share/a.jpg',
    area: 'files and buckets',
    expected: 'IMAGE_URL_INVALID',
    run: () => fetchedFrom('file://host/share/a.jpg', { fileRoots: ['/'] }),
  },
  {
    name: 'folder that becomes a link to a closed one once it was checked',
    area: 'files and buckets',
    expected: 'IMAGE_PATH_BLOCKED',
    run: async () => (await childLines([TURNING])).at(-1) ?? 'nothing came',
  },
];
