/** What every line has and nobody reads at a terminal. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'level',
  'time',
  'pid',
  'hostname',
  'service',
  'msg',
  'req',
  'res',
]);
const LEVELS: Readonly<Record<number, string>> = { 40: 'WARN ', 50: 'ERROR ', 60: 'FATAL ' };

/** A JSON log line of an app for a person: source, message, request and fields; other lines as they are. */
export function readableLine(source: string, line: string): string {
  const fields = parse(line);
  if (fields === null) return `${source.padEnd(9)} ${line}`;
  const { level, msg, req, res } = fields;
  const request = isRecord(req)
    ? ` ${String(req['method'])} ${String(req['url'])}${isRecord(res) ? ` ${String(res['statusCode'])}` : ''}`
    : '';
  const rest = Object.entries(fields)
    .filter(([name]) => !LEFT_OUT.has(name))
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const mark = LEVELS[Number(level)] ?? '';
  return `${source.padEnd(9)} ${mark}${typeof msg === 'string' ? msg : ''}${request}${rest.join('')}`;
}

function parse(line: string): Readonly<Record<string, unknown>> | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
