import { CroplineError, SCOPES, type Caller, type Scope } from '@cropline/contracts';
import { admitKeys, type Admission } from '../access/admission.js';

/** A caller of a spec. */
export function testCaller(scopes: readonly Scope[] = SCOPES, tenant = 'acme'): Caller {
  return {
    keyId: `id-${scopes.join('-')}`,
    tenant,
    scopes,
    read: [],
    write: [],
    limits: { requestsPerMinute: null, openBatches: null, openItems: null },
  };
}

/** Admits those with a key that is the names of its scopes, such as `read` or `read+submit`. */
export const ADMIT_TEST_KEYS: Admission = admitKeys({
  callerOf: (key) => {
    const scopes = SCOPES.filter((scope) => key.split('+').includes(scope));
    if (scopes.join('+') === key) return Promise.resolve(testCaller(scopes));
    return Promise.reject(new CroplineError('KEY_INVALID', 'Expected another key.'));
  },
});

/** The header that a key is sent in. */
export function bearer(key: string): { readonly authorization: string } {
  return { authorization: `Bearer ${key}` };
}
