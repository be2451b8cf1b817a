// Reads a file below an open folder that becomes a link to a closed one between being checked and being opened,
// and prints what came. A process of its own: the check is followed by the attacker's move in it.
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchedFrom } from '../fetched-from.js';

const root = await fs.realpath(await fs.mkdtemp(join(tmpdir(), 'cropline-security-')));
for (const name of ['open/turning', 'closed'])
  await fs.mkdir(join(root, name), { recursive: true });
await fs.writeFile(join(root, 'open/turning/a.jpg'), 'harmless');
await fs.writeFile(join(root, 'closed/a.jpg'), 'secret');

const { realpath } = fs;
const image = join(root, 'open/turning/a.jpg');
Object.assign(fs, {
  realpath: async (path: string) => {
    const real = await realpath(path);
    if (path === image) {
      await fs.rename(join(root, 'open/turning'), join(root, 'open/before'));
      await fs.symlink('../closed', join(root, 'open/turning'));
    }
    return real;
  },
});
syncBuiltinESMExports();

console.log(await fetchedFrom(`file://${image}`, { fileRoots: [join(root, 'open')] }));
await fs.rm(root, { recursive: true });
