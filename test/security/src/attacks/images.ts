import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Attack } from '../attack.js';
import { BOMBS } from '../images/bombs.js';
import { FOREIGN_FILES } from '../images/foreign-files.js';
import { MAX_GROWTH, type HostileImage } from '../images/hostile-image.js';
import { ODD_IMAGES } from '../images/odd-images.js';
import { sharedPart } from '../shared-part.js';

const JUDGE = fileURLToPath(new URL('../images/judge-child.js', import.meta.url));
const IMAGES: readonly HostileImage[] = [...BOMBS, ...FOREIGN_FILES, ...ODD_IMAGES];

interface Verdict {
  readonly path: string;
  readonly outcome: string;
  readonly growth: number;
}

/** What came of each file; none for those that the decoder crashed on or never reached. */
async function judge(paths: readonly string[]): Promise<Map<string, Verdict>> {
  const child = spawn(process.execPath, [JUDGE, ...paths], {
    env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const verdicts = new Map<string, Verdict>();
  for await (const line of createInterface({ input: child.stdout })) {
    const verdict = JSON.parse(line) as Verdict;
    verdicts.set(verdict.path, verdict);
  }
  return verdicts;
}

/** All of them, decoded one after the other in a process of their own. */
const verdicts = sharedPart(
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cropline-images-'));
    try {
      const paths = IMAGES.map((_, index) => join(folder, String(index)));
      for (const [index, image] of IMAGES.entries()) {
        await writeFile(join(folder, String(index)), await image.make());
      }
      const found = await judge(paths);
      return paths.map((path) => found.get(path));
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  () => Promise.resolve(),
);

/** Images that lie, are damaged or are none: each with its own outcome, in bounded memory. */
export const IMAGE_ATTACKS: readonly Attack[] = IMAGES.map(({ name, expected }, index) => ({
  name,
  area: 'images',
  expected,
  run: async () => {
    const verdict = (await verdicts())[index];
    if (verdict === undefined) return 'the process that decodes ended';
    const { outcome, growth } = verdict;
    return growth <= MAX_GROWTH
      ? outcome
      : `${outcome}, with ${Math.round(growth / 2 ** 20)} MiB of memory`;
  },
}));
