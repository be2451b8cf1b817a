/** What every line has and nobody reads at a terminal. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'level',
  'time',
  'pid',
  'hostname',
  'service',
  'msg',
  'requestId',
]);
const ERROR = 50;
const LEVELS: Readonly<Record<number, string>> = { 40: 'WARN ', 50: 'ERROR ', 60: 'FATAL ' };

/** A JSON log line of an app for a person: source, message and fields; any other line as it is. */
export function readableLine(source: string, line: string): string {
  const fields = parseLogLine(line);
  if (fields === null) return `${source.padEnd(9)} ${line}`;
  const { level, msg } = fields;
  const rest = Object.entries(fields)
    .filter(([name]) => !LEFT_OUT.has(name))
    .map(
      ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
  const mark = LEVELS[Number(level)] ?? '';
  return `${source.padEnd(9)} ${mark}${typeof msg === 'string' ? msg : ''}${rest.join('')}`;
}

/** Whether a line is an app's log of an error. */
export function isErrorLine(line: string): boolean {
  return Number(parseLogLine(line)?.['level'] ?? 0) >= ERROR;
}

/** The fields of a JSON log line; null for any other line. */
export function parseLogLine(line: string): Readonly<Record<string, unknown>> | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}
