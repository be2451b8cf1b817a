import { CroplineError, describeCause } from '@cropline/contracts';

/** `CODE: message` of anything thrown, in one line and without a stack trace. */
export function errorLine(error: unknown): string {
  const code = error instanceof CroplineError ? error.code : 'INTERNAL';
  const advice =
    code === 'KEY_REQUIRED' ? ' Here: set CROPLINE_API_KEY, or CROPLINE_API_KEY_FILE.' : '';
  return `${code}: ${describeCause(error).replace(/\s*\n\s*/g, ' ')}${advice}`;
}
