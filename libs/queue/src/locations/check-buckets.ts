import {
  checkReadable,
  checkWritable,
  CroplineError,
  describeCause,
  type BucketRules,
  type CreateBatchRequest,
} from '@cropline/contracts';

/**
 * Checks where a request has sources read and results written.
 *
 * @throws `LOCATION_FORBIDDEN`, with the field as `details.errors` of problem+json has it
 */
export function checkBuckets(
  rules: BucketRules,
  { source, output }: Pick<CreateBatchRequest, 'source' | 'output'>,
): void {
  if (source !== undefined) checkField('source.url', () => checkReadable(rules, source.url));
  if (output !== undefined) checkField('output.url', () => checkWritable(rules, output.url));
}

function checkField(path: string, check: () => void): void {
  try {
    check();
  } catch (cause) {
    const message = describeCause(cause);
    throw new CroplineError('LOCATION_FORBIDDEN', `${path}: ${message}`, {
      details: { errors: [{ path, message }], errorCount: 1 },
      cause,
    });
  }
}
