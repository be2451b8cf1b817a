/**
 * The pause that a `Retry-After` header asks for, in milliseconds from now: it holds seconds or a date.
 * Source: RFC 9110, section 10.2.3.
 */
export function retryAfterMs(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
