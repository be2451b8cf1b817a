import { CroplineError, describeCause } from '@cropline/contracts';
import { stopOnSignals } from '../stop-on-signals.js';
import { runDev } from './run-dev.js';

try {
  await runDev(stopOnSignals());
  process.exit(0);
} catch (error) {
  const code = error instanceof CroplineError ? `${error.code}: ` : '';
  process.stderr.write(`dev: ${code}${describeCause(error)}\n`);
  process.exit(1);
}
