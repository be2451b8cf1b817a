import { readFileSync } from 'node:fs';

/** Linux tells processor time in hundredths of a second, whatever its own clock. */
const MS_A_TICK = 10;
/** Of the fields of /proc/PID/stat that come after the name. */
const USER = 11;
const SYSTEM = 12;

/** The processor time that a process has used with all its threads, in milliseconds; null where there is no /proc. */
export function readProcessCpu(pid: number): number | null {
  if (process.platform !== 'linux') return null;
  return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

/** Reads the text of /proc/PID/stat, in which a name of any characters stands in brackets. */
export function parseStat(text: string): number {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER]) + Number(fields[SYSTEM])) * MS_A_TICK;
}
