/** When one batch ran on a device, in milliseconds of `performance.now()`. */
export interface DeviceRun {
  readonly start: number;
  readonly end: number;
}

/** How long at least one of the runs was going on, in milliseconds; time that several share counts once. */
export function deviceTime(runs: Iterable<DeviceRun>): number {
  let busy = 0;
  let until = -Infinity;
  for (const { start, end } of [...runs].sort((a, b) => a.start - b.start)) {
    busy += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return busy;
}
