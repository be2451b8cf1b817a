// Whether a known vulnerability lies in what ships: `npm audit` without development tools. A registry that offers
// no advisories is no clean bill: that ends with 2, in words.
//
//   node tools/checks/audit.mjs [npm flags…]     exits with 1 when one is high or critical
import { spawnSync } from 'node:child_process';

const { stdout } = spawnSync(
  'npm',
  ['audit', '--omit=dev', '--json', '--audit-level=high', ...process.argv.slice(2)],
  { encoding: 'utf8', maxBuffer: 2 ** 26 },
);
const report = parsed(stdout);
if (report?.vulnerabilities === undefined) {
  const why = report?.error?.summary || report?.message || 'npm gave no report';
  console.log(`not done: the registry gave no advisories (${why.split('\n')[0]})`);
  process.exit(2);
}
const known = Object.values(report.vulnerabilities);
const grave = known.filter(({ severity }) => severity === 'high' || severity === 'critical');
for (const { name, severity, range, fixAvailable } of known) {
  console.log(`${severity}: ${name} ${range}${fixAvailable ? ', mended by an update' : ''}`);
}
console.log(`${known.length} known vulnerabilities, ${grave.length} of them high or critical`);
process.exit(grave.length === 0 ? 0 : 1);

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
