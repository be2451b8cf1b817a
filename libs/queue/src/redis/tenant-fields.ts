import { batchKind } from '../batch/batch-id.js';
import type { BatchRecord } from '../batch/batch-record.js';
import type { QueueKeys } from './keys.js';

/** The fields of a batch's hash that name the indexes of its tenant; none for a batch that is nobody's. */
export function tenantFields(
  keys: QueueKeys,
  { id, tenant }: Pick<BatchRecord, 'id' | 'tenant'>,
): Record<string, string> {
  if (tenant === undefined) return {};
  const own = keys.tenant(tenant);
  return batchKind(id) === 'batch'
    ? { tenantIndex: own.batchesByStatus, tenantBatches: own.batches }
    : { tenantIndex: own.classificationsByStatus };
}
