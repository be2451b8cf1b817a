import type { IncomingMessage } from 'node:http';
import { CroplineError } from '@cropline/contracts';

/**
 * The `Idempotency-Key` of a request, if it has one.
 *
 * @throws `REQUEST_INVALID` for one that is not 1 to 255 characters of printable ASCII.
 */
export function idempotencyKeyOf(request: IncomingMessage): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined || (typeof key === 'string' && /^[\x20-\x7e]{1,255}$/u.test(key)))
    return key;
  const message = 'Expected 1 to 255 characters of printable ASCII';
  throw new CroplineError(
    'REQUEST_INVALID',
    `The header Idempotency-Key cannot be taken: ${message}.`,
    {
      details: { errors: [{ path: 'Idempotency-Key', message }], errorCount: 1 },
    },
  );
}
