import { spawn } from 'node:child_process';

/** What stops the set-up, in a sentence for the person who ran it. */
export class SetupError extends Error {}

/**
 * Runs a command with one line of progress; what it writes is shown only when it fails.
 *
 * @throws SetupError when it fails.
 */
export async function runQuietly(title, command, args, cwd, env = process.env) {
  const started = performance.now();
  process.stderr.write(`setup: ${title} …\n`);
  const output = [];
  const status = await new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (data) => output.push(data));
    child.stderr.on('data', (data) => output.push(data));
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  if (status !== 0) {
    process.stderr.write(Buffer.concat(output));
    throw new SetupError(`${title} failed (${status}); what it wrote stands above.`);
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stderr.write(`setup: ${title}: done in ${seconds} s\n`);
}
