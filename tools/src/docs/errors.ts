import { writeFile } from 'node:fs/promises';
import { errorsPage } from './errors-page.js';

// `npm run docs:errors`: writes docs/errors.md anew.
await writeFile(new URL('../../../docs/errors.md', import.meta.url), errorsPage());
