// Before each `*.fuzz.spec.js`: what every property of it is run with. In `npm test` a fixed seed and few runs, so that
// it is quick and the same each time; `npm run security -- --fuzz` gives each property seconds, and a seed.
import { expect, jest } from '@jest/globals';

if (expect.getState().testPath?.endsWith('.fuzz.spec.js')) {
  const { configureGlobal } = await import('fast-check');
  const seconds = Number(process.env.CROPLINE_FUZZ_SECONDS ?? 0);
  const seed = Number(process.env.CROPLINE_FUZZ_SEED ?? 1);
  jest.setTimeout(120_000 + 4 * seconds * 1000);
  configureGlobal(
    seconds === 0
      ? { seed, numRuns: 100 }
      : { seed, numRuns: 1_000_000_000, interruptAfterTimeLimit: seconds * 1000 },
  );
}
