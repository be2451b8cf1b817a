import type { OperationDescription } from './operation-description.js';
import { OPERATIONS } from './operations.js';

const ROUTES = OPERATIONS.map((operation) => ({
  operation,
  methods: operation.method === 'get' ? ['GET', 'HEAD'] : [operation.method.toUpperCase()],
  // As Express matches: any case, with or without a slash at the end.
  pattern: new RegExp(`^${operation.path.replace(/\{\w+\}/gu, '[^/]+')}/?$`, 'iu'),
}));

/** The methods that endpoints have at a path; none when it is no endpoint's path. */
export function allowedMethods(path: string): string[] {
  return ROUTES.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
}

/** The endpoint that a request is for; null when it is for none. */
export function operationAt(method: string, path: string): OperationDescription | null {
  const route = ROUTES.find((it) => it.methods.includes(method) && it.pattern.test(path));
  return route?.operation ?? null;
}
