// Holds the import boundaries of .dependency-cruiser.cjs: `npm run boundaries`. It calls dependency-cruiser's API
// so that what is cruised is what tsconfig.json lists, with nothing to keep in step.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
const { forbidden, options } = createRequire(import.meta.url)('../.dependency-cruiser.cjs');
const { references } = JSON.parse(readFileSync('tsconfig.json', 'utf8'));

const { output, exitCode } = await cruise(
  references.map(({ path }) => join(path, 'src')),
  { ...options, ruleSet: { forbidden }, validate: true, outputType: 'err' },
  undefined,
  { tsConfig: extractTsConfig('tsconfig.base.json') },
);
process.stdout.write(output);
process.exit(exitCode === 0 ? 0 : 1);
