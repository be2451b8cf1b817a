import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { packageOf, type TfjsRuntime } from './tfjs-runtime.js';

/** What became of a runtime when it was tried on this machine. */
export type RuntimeProbe =
  | { readonly state: 'works'; readonly version: string; readonly gpu: boolean }
  /** `reason` is the end of a sentence about it. */
  | { readonly state: 'absent' | 'broken'; readonly reason: string };

const PROBE_TIMEOUT_MS = 120_000;

const require = createRequire(import.meta.url);
const run = promisify(execFile);
const probes = new Map<TfjsRuntime, Promise<RuntimeProbe>>();

/** Tries a runtime in a process of its own, once: whatever it does, this process lives. */
export function probeTfjs(runtime: TfjsRuntime): Promise<RuntimeProbe> {
  const known = probes.get(runtime);
  if (known !== undefined) return known;
  const probe = tryOut(runtime);
  probes.set(runtime, probe);
  return probe;
}

async function tryOut(runtime: TfjsRuntime): Promise<RuntimeProbe> {
  const version = installedVersion(runtime);
  if (version === null) return { state: 'absent', reason: 'is not installed' };
  const entry = fileURLToPath(new URL('./probe-entry.js', import.meta.url));
  try {
    const { stdout } = await run(process.execPath, [entry, runtime], { timeout: PROBE_TIMEOUT_MS });
    const answer = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as { gpu: boolean };
    return { state: 'works', version, gpu: answer.gpu };
  } catch (error) {
    return { state: 'broken', reason: `is installed but does not load (${whyOf(error)})` };
  }
}

function installedVersion(runtime: TfjsRuntime): string | null {
  try {
    const manifest = require(`${packageOf(runtime)}/package.json`) as { version: string };
    return manifest.version;
  } catch {
    return null;
  }
}

/** The line in which the process named its error; else how it ended. */
function whyOf(error: unknown): string {
  const {
    stderr = '',
    signal,
    code,
  } = error as {
    stderr?: string;
    signal?: string | null;
    code?: unknown;
  };
  const named = stderr.split('\n').find((line) => /\bError\b.*: /.test(line));
  if (named !== undefined) return named.trim().replace(/^.*?Error[^:]*: /, '');
  return typeof signal === 'string'
    ? `its process was ended by ${signal}`
    : `its process ended with ${String(code)}`;
}
