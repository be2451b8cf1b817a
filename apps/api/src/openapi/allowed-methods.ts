import { OPERATIONS } from './operations.js';

const ROUTES = OPERATIONS.map(({ method, path }) => ({
  methods: method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
  // As Express matches: any case, with or without a slash at the end.
  pattern: new RegExp(`^${path.replace(/\{\w+\}/gu, '[^/]+')}/?$`, 'iu'),
}));

/** The methods that endpoints have at a path; none when it is no endpoint's path. */
export function allowedMethods(path: string): string[] {
  return ROUTES.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
}
