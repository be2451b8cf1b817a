import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';

/** Waits for the end of its input, which comes when the process that holds the other end is gone. */
const SCRIPT = 'read -r _; kill -KILL "$1" 2>/dev/null; if [ -n "$2" ]; then rm -rf -- "$2"; fi';

/**
 * Makes sure that a child does not outlive this process, however this one ends (an exit, a crash,
 * SIGKILL): a small shell waits beside it and then kills the child and removes its folder. The guard ends
 * with the child and keeps no process up by itself.
 */
export function guardChild(child: ChildProcess, folder?: string): void {
  if (child.pid === undefined) return;
  const guard = spawn('/bin/sh', ['-c', SCRIPT, 'guard', String(child.pid), folder ?? ''], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // In a process group of its own, where Ctrl-C does not reach it.
    detached: true,
  });
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  // Without a shell there is no guard, and the child is stopped by its owner alone.
  guard.on('error', () => undefined);
  child.once('exit', () => guard.kill('SIGKILL'));
}
