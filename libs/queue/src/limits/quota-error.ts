import { CroplineError, type TenantLimits } from '@cropline/contracts';

/** What a tenant has open, or is about to have. */
export interface OpenWork {
  readonly batches: number;
  readonly items: number;
}

/** When it is worth trying again, in seconds: how soon a batch ends is not known. */
const RETRY_AFTER_S = 30;

/** The error for what would take a tenant beyond its limits: which, how much is used, and when to try again. */
export function quotaError(
  tenant: string,
  limits: Pick<TenantLimits, 'openBatches' | 'openItems'>,
  open: OpenWork,
  more: OpenWork,
): CroplineError {
  const { openBatches, openItems } = limits;
  if (openBatches !== null && more.batches > 0 && open.batches + more.batches > openBatches) {
    return exceeded(
      'openBatches',
      { allowed: openBatches, used: open.batches },
      `Expected at most ${count(openBatches)} open batches of tenant ${tenant}, but ${count(open.batches)} are open; submit again when one has ended.`,
    );
  }
  const allowed = openItems ?? 0;
  const facts = { allowed, used: open.items };
  if (more.items > allowed) {
    return exceeded(
      'openItems',
      facts,
      `Expected at most ${count(allowed)} items in all open batches of tenant ${tenant}, but this one alone has ${count(more.items)}; split it.`,
      false,
    );
  }
  return exceeded(
    'openItems',
    facts,
    `Expected at most ${count(allowed)} items in all open batches of tenant ${tenant}, but those that are open have ${count(open.items)} and this one has ${count(more.items)}; submit again when some have ended.`,
  );
}

function exceeded(
  name: 'openBatches' | 'openItems',
  facts: { readonly allowed: number; readonly used: number },
  message: string,
  retryable = true,
): CroplineError {
  const limit = { name, ...facts, ...(retryable ? { retryAfterSeconds: RETRY_AFTER_S } : {}) };
  return new CroplineError('QUOTA_EXCEEDED', message, { retryable, details: { limit } });
}

function count(number: number): string {
  return number.toLocaleString('en');
}
