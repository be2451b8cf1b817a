#!/usr/bin/env node
import { EXIT } from './exit-codes.js';
import { errorLine } from './error-line.js';
import { exitOnInterrupt, exitWhenUnread } from './interrupts.js';
import { runCli } from './run-cli.js';

// Warnings of Node and of libraries (about versions they will drop, say) are for those who develop this.
process.removeAllListeners('warning');
exitOnInterrupt();
exitWhenUnread(process.stdout, process.stderr);
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    process.stderr.write(`cropline: ${errorLine(error)}\n`);
    process.exit(EXIT.failed);
  });
}
const exitCode = await runCli(process.argv.slice(2));
// What was written is out before the process ends; whatever still listens (stdin) does not hold it up.
await Promise.all(
  [process.stdout, process.stderr].map(
    (stream) => new Promise((resolve) => stream.write('', resolve)),
  ),
);
process.exit(exitCode);
