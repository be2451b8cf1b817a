import {
  CroplineError,
  MAX_PROBLEM_ERRORS,
  mayWrite,
  type Caller,
  type CreateBatchRequest,
  type ProblemError,
} from '@cropline/contracts';
import { isReadable, readablePrefixes } from './readable.js';

/** What is wrong with the URL of an item; null when nothing is. */
export type UrlCheck = (url: string) => string | null;

/** Whether the key may have an image read. Without a key every one. */
export function urlCheck(caller: Caller | null, outputUrl: string): UrlCheck {
  if (caller === null) return () => null;
  const read = readablePrefixes(caller, outputUrl);
  const fault = `Expected a URL below ${listed(caller.read)}, which the API key may read, but it lies elsewhere`;
  return (url) => (isReadable(read, url) ? null : fault);
}

/**
 * Refuses a request with a location that its key may not use: an output, a source, or items of its own.
 *
 * @throws `LOCATION_FORBIDDEN` with every such place (`details.errors`)
 */
export function checkLocations(
  caller: Caller | null,
  { items = [], source, output }: Pick<CreateBatchRequest, 'items' | 'source' | 'output'>,
  outputUrl: string,
): void {
  if (caller === null) return;
  const check = urlCheck(caller, outputUrl);
  const errors: ProblemError[] = [];
  let errorCount = 0;
  const refuse = (path: string, message: string | null, index?: number): void => {
    if (message === null) return;
    errorCount += 1;
    if (errors.length === MAX_PROBLEM_ERRORS) return;
    errors.push({ path, message, ...(index === undefined ? {} : { index }) });
  };
  if (output !== undefined && !mayWrite(caller, output.url)) {
    refuse(
      'output.url',
      `Expected a location below ${listed(caller.write)}, which the API key may write, but it lies elsewhere; without output the batch goes to the service's own`,
    );
  }
  if (source !== undefined) refuse('source.url', check(source.url));
  items.forEach(({ url }, index) => {
    refuse(`items[${index}].url`, check(url), index);
  });
  if (errorCount > 0) throw locationForbidden(errors, errorCount);
}

/** The error for locations that a key may not use. */
export function locationForbidden(
  errors: readonly ProblemError[],
  errorCount: number,
): CroplineError {
  const [first] = errors;
  const more = errorCount > 1 ? `, and ${errorCount - 1} more (see errors)` : '';
  return new CroplineError(
    'LOCATION_FORBIDDEN',
    `${first?.path ?? ''}: ${first?.message ?? ''}${more}.`,
    { details: { errors, errorCount } },
  );
}

function listed(prefixes: readonly string[]): string {
  return prefixes.length === 0 ? 'a prefix (there is none)' : prefixes.join(' or ');
}
