#!/usr/bin/env node
import { exitOnInterrupt, exitWhenUnread } from './interrupts.js';
import { runCli } from './run-cli.js';

// Warnings of Node and of libraries (about versions they will drop, say) are for those who develop this.
process.removeAllListeners('warning');
exitOnInterrupt();
exitWhenUnread(process.stdout, process.stderr);
const exitCode = await runCli(process.argv.slice(2));
// What was written is out before the process ends; whatever still listens (stdin) does not hold it up.
await Promise.all(
  [process.stdout, process.stderr].map(
    (stream) => new Promise((resolve) => stream.write('', resolve)),
  ),
);
process.exit(exitCode);
