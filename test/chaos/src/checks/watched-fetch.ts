import type { Violations } from './violations.js';

/**
 * `fetch` that notes answers which no fault excuses: a 5xx other than 503, which says that something is away, and
 * a 503 that does not say when to come again.
 */
export function watchedFetch(violations: Violations, call: typeof fetch = fetch): typeof fetch {
  return async (input, init) => {
    const response = await call(input, init);
    const { status, headers } = response;
    if (status === 503 && !headers.has('retry-after')) {
      violations.note('The API answered 503 without Retry-After.');
    }
    if (status >= 500 && status !== 503) {
      violations.note(`The API answered ${status}: ${await response.clone().text()}`);
    }
    return response;
  };
}
