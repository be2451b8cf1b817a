import { InvalidArgumentError } from 'commander';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/**
 * A duration of an option in seconds: `90m`, `36h`, `7d`, `2w`, or several units, the largest first
 * (`1d12h`).
 *
 * @param most the longest taken, in seconds.
 * @throws InvalidArgumentError
 */
export function parseDuration(text: string, most: number): number {
  const parts = /^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  const [, weeks, days, hours, minutes, seconds] = parts ?? [];
  const total =
    Number(weeks ?? 0) * SECONDS.w +
    Number(days ?? 0) * SECONDS.d +
    Number(hours ?? 0) * SECONDS.h +
    Number(minutes ?? 0) * SECONDS.m +
    Number(seconds ?? 0) * SECONDS.s;
  if (parts === null || total < 1) {
    throw new InvalidArgumentError('Expected a duration such as 90m, 36h, 7d or 1d12h.');
  }
  if (total > most) {
    throw new InvalidArgumentError(`Expected at most ${Math.floor(most / SECONDS.d)} days.`);
  }
  return total;
}
