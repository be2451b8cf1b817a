import type { Caller } from '@cropline/contracts';

/** A caller of a tenant that may read `s3://photos/<tenant>/` and write `s3://results/<tenant>/`, without limits. */
export function callerOf(tenant: string, more: Partial<Caller> = {}): Caller {
  return {
    keyId: `key-of-${tenant}`,
    tenant,
    scopes: ['read', 'submit'],
    read: [`s3://photos/${tenant}/`],
    write: [`s3://results/${tenant}/`],
    limits: { requestsPerMinute: null, openBatches: null, openItems: null },
    ...more,
  };
}
