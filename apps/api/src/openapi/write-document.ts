import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openApiText } from './openapi-text.js';

// `npm run docs:openapi`: writes docs/openapi.json at the root of the repository.
const file = fileURLToPath(new URL('../../../../docs/openapi.json', import.meta.url));
await writeFile(file, openApiText());
process.stdout.write('Wrote docs/openapi.json\n');
