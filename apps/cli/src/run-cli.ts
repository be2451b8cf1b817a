import type { CroplineError } from '@cropline/contracts';
import { CommanderError, type Command } from 'commander';
import { usageError } from './command/usage-error.js';
import { readConfig } from './config/config.js';
import { errorLine } from './error-line.js';
import { EXIT, exitCodeOf } from './exit-codes.js';
import { interruption } from './interrupts.js';
import { createProgram } from './program.js';

/**
 * Runs one command line. Whatever goes wrong is one line on stderr (`cropline: CODE: message`, never a
 * stack trace), and the exit code that stands for it.
 *
 * @param words the command line without node and the script.
 */
export async function runCli(words: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = createProgram(async (work) => {
    const config = readConfig();
    const { stdin, stdout, stderr } = process;
    const { unicode, colour } = config;
    exitCode = await work({ console: { stdin, stdout, stderr, unicode, colour }, config });
  });
  let named: Command = program;
  const remember = (_parent: Command, command: Command): void => {
    named = command;
    command.hook('preSubcommand', remember);
  };
  program.hook('preSubcommand', remember);
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    const interrupted = interruption();
    if (interrupted !== null) return interrupted;
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const known = error instanceof CommanderError ? misuse(error, pathOf(named)) : error;
    process.stderr.write(`cropline: ${errorLine(known)}\n`);
    return exitCodeOf(known);
  }
}

/** `error: unknown option '--foo'\n(Did you mean --top?)` as an error of ours that says where to look. */
function misuse({ code, message }: CommanderError, path: string): CroplineError {
  // The help is on stderr by then.
  if (code === 'commander.help')
    return usageError('Expected a command, one of those listed above.');
  const text = message.replace(/^error: /, '').replace(/\.?$/, '');
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return usageError(`${sentence}. Run \`${path} --help\` to see what it takes.`);
}

/** `cropline model pull` */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
