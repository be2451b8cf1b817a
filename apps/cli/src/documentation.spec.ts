import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { CONFIG_KEYS } from './config/config-file.js';
import { createProgram } from './program.js';

/** Told once for all commands. */
const COMMON = new Set(['--help', '--api']);

/** `model pull` for every command that does something. */
function commandsBelow(command: Command, path = ''): { path: string; command: Command }[] {
  return command.commands.flatMap((below) => {
    const name = `${path} ${below.name()}`.trim();
    return below.commands.length > 0
      ? commandsBelow(below, name)
      : [{ path: name, command: below }];
  });
}

describe('docs/cli.md', () => {
  const page = readFile(fileURLToPath(new URL('../../../docs/cli.md', import.meta.url)), 'utf8');
  const program = createProgram(() => Promise.resolve());

  it.each(commandsBelow(program).map(({ path, command }) => [path, command] as const))(
    'has an example of %s, and all of its options',
    async (path, command) => {
      const text = await page;
      expect(text).toContain(`cropline ${path}`);
      const [group = path] = path.split(' ');
      const from = text.indexOf(`\n## ${group}\n`);
      expect(from).toBeGreaterThan(0);
      const section = text.slice(from, text.indexOf('\n## ', from + 1));
      const untold = command.options
        .map(({ long }) => long ?? '')
        .filter((option) => !COMMON.has(option) && !section.includes(option));
      expect(untold).toEqual([]);
    },
  );

  it('has every key of the configuration file beside its variable', async () => {
    const text = await page;
    for (const [key, variable] of Object.entries(CONFIG_KEYS)) {
      const row = text
        .split('\n')
        .find((line) => line.startsWith('|') && line.includes(`\`${key}\``));
      expect(row).toContain(`\`${variable}\``);
    }
  });
});
