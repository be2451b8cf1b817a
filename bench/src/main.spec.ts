import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));
const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });

describe('npm run bench', () => {
  it('lists the benches', () => {
    const { status, stdout } = run();
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run bench -- NAME/);
  });

  it.each([[['nothing']], [['engine', '--compare', 'no-such-branch']]])(
    'ends with 2 and one line about %j',
    (args) => {
      const { status, stdout, stderr } = run(...args);
      expect(status).toBe(2);
      expect(stdout).toBe('');
      // What may stand before it is that the machine is busy.
      expect(stderr).toMatch(/(^|\n)bench: USAGE_INVALID: [^\n]*\n$/);
    },
  );
});
