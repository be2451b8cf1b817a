// Whether everything that ships may be used: the licence of each package that an installation without development
// tools brings, by package-lock.json and, where that is silent, by the package's own package.json.
//
//   node tools/checks/licences.mjs [FOLDER]      exits with 1 and names what is not on the list
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Licences that ask for no more than their notice. */
const TAKEN = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
]);

/** Packages under others, each with why it may be used. */
const EXCEPTIONS = [
  // libvips, under the LGPL: a shared library of its own that is linked at run time and can be replaced.
  { licence: 'LGPL-3.0-or-later', packages: /^@img\/sharp-/ },
];

const folder = resolve(process.argv[2] ?? '.');
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const { packages } = read(join(folder, 'package-lock.json'));

/** The licence that a package which came without its files says by an old field, or none. */
function said(path) {
  const file = join(folder, path, 'package.json');
  if (!existsSync(file)) return undefined;
  const { license, licenses } = read(file);
  return license?.type ?? license ?? licenses?.map(({ type }) => type).join(' OR ');
}

function taken(expression, name) {
  const excepted = (licence) =>
    EXCEPTIONS.some((one) => one.licence === licence && one.packages.test(name));
  return expression
    .replace(/[()]/g, '')
    .split(/\s+AND\s+/)
    .every((all) => all.split(/\s+OR\s+/).some((one) => TAKEN.has(one) || excepted(one)));
}

const shipped = Object.entries(packages).filter(
  ([path, { dev, link }]) => path.includes('node_modules/') && dev !== true && link !== true,
);
const faults = shipped.flatMap(([path, { license, version }]) => {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const licence = license ?? said(path) ?? 'none that it says';
  return taken(licence, name) ? [] : [`${name}@${version}: ${licence}`];
});
for (const fault of faults) console.error(`licence not on the list: ${fault}`);
if (faults.length > 0) {
  console.error('Use another package, or add the licence to tools/checks/licences.mjs with why.');
}
console.log(`${shipped.length} packages ship, ${faults.length} of them under a licence not taken`);
process.exit(faults.length === 0 ? 0 : 1);
