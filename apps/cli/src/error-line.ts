import { CroplineError, describeCause } from '@cropline/contracts';

/** `CODE: message` of anything thrown, in one line and without a stack trace. */
export function errorLine(error: unknown): string {
  const code = error instanceof CroplineError ? error.code : 'INTERNAL';
  return `${code}: ${describeCause(error).replace(/\s*\n\s*/g, ' ')}`;
}
