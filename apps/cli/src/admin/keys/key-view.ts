import type { ApiKey, KeyState } from '@cropline/access';

/** What may be shown of a key at any time. */
export interface ShownKey extends Omit<ApiKey, 'digest'> {
  readonly state: KeyState;
}

/** All there is to know about a key: a line a fact. */
export function factsText(key: ShownKey): string {
  const { keyId, tenant, scopes, read, write, expiresAt, limits } = key;
  const { requestsPerMinute, openBatches, openItems } = limits;
  const own = [
    [requestsPerMinute, 'requests a minute'],
    [openBatches, 'open batches'],
    [openItems, 'open items'],
  ] as const;
  const limited = own.flatMap(([most, what]) => (most === null ? [] : [`${most} ${what}`]));
  return [
    `Key      ${keyId}`,
    `Tenant   ${tenant}`,
    `Scopes   ${scopes.join(', ')}`,
    `Reads    ${read.join(', ') || 'what is uploaded with it, nothing else'}`,
    `Writes   ${write.join(', ') || "below the service's own output only"}`,
    `Limits   ${limited.join(', ') || 'as the API is set'}`,
    `Expires  ${expiresAt ?? 'never'}`,
    '',
  ].join('\n');
}

/** A line a key. */
export function listText(keys: readonly ShownKey[]): string {
  const rows = keys.map(({ keyId, tenant, scopes, state, createdAt, expiresAt }) => [
    keyId,
    tenant,
    scopes.join(','),
    state,
    day(createdAt),
    expiresAt === null ? 'never' : day(expiresAt),
  ]);
  const table = [['ID', 'TENANT', 'SCOPES', 'STATE', 'MADE', 'EXPIRES'], ...rows];
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  return table
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** The day of a time in ISO 8601. */
function day(time: string): string {
  return time.slice(0, 10);
}
