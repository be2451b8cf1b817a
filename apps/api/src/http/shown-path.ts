import { withoutSecrets } from '@cropline/access';
import type { IncomingMessage } from 'node:http';

/**
 * The path of a request as logs and answers may show it: without the query, which holds signatures, and without
 * the secret of an API key that somebody wrote into it.
 */
export function shownPath(request: IncomingMessage & { readonly originalUrl?: string }): string {
  // Express shortens `url` while it routes, so the original is read.
  return withoutSecrets((request.originalUrl ?? request.url ?? '/').replace(/[?#].*$/su, ''));
}
