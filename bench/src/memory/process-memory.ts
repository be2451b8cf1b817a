import { readFileSync } from 'node:fs';
import { CroplineError } from '@cropline/contracts';

/** What a process has in memory, in MiB. */
export interface ProcessMemory {
  /** Resident now. */
  readonly rss: number;
  /** The most that was resident since it started. */
  readonly peak: number;
}

/**
 * Reads the memory of a process from /proc.
 *
 * @throws `USAGE_INVALID` where there is no /proc.
 */
export function readProcessMemory(pid: number): ProcessMemory {
  if (process.platform !== 'linux') {
    throw new CroplineError(
      'USAGE_INVALID',
      `Expected Linux, whose /proc tells the memory of a process, but this is ${process.platform}: run the bench memory on Linux or in a container`,
    );
  }
  return parseStatus(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

/** Reads the text of /proc/PID/status, whose sizes are in KiB. */
export function parseStatus(text: string): ProcessMemory {
  const size = (name: string): number => {
    const kibibytes = new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(text)?.[1];
    if (kibibytes === undefined) throw new Error(`/proc tells no ${name}: the process has ended`);
    return Number(kibibytes) / 1024;
  };
  return { rss: size('VmRSS'), peak: size('VmHWM') };
}
