import type { Scope } from '@cropline/contracts';
import { operationAt } from '../openapi/allowed-methods.js';

/** What a request needs: a key with the scope, or nothing. */
export type RouteScope = Scope | 'open';

/** What is served beside the operations of the document, with all that lies below. */
const MOUNTED: readonly { readonly path: string; readonly scope: Scope }[] = [
  { path: '/docs', scope: 'read' },
  { path: '/metrics', scope: 'admin' },
  { path: '/admin', scope: 'admin' },
];

/**
 * What a request needs; null when it is for nothing that is served. Whatever is served has to be told here or
 * among the operations: what is not cannot be reached.
 *
 * @param path as it came, without the query.
 */
export function scopeOf(method: string, path: string): RouteScope | null {
  const operation = operationAt(method, path);
  if (operation !== null) return operation.scope;
  const lower = path.toLowerCase();
  const mounted = MOUNTED.find((it) => lower === it.path || lower.startsWith(`${it.path}/`));
  return mounted?.scope ?? null;
}
