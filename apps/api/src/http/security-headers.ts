import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** Nothing that the API answers is a page, save those of the next. */
const NO_PAGE = { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] };

/** The pages of Swagger UI and Bull Board: what they load and call is the API's own. */
const OWN_PAGES = {
  ...NO_PAGE,
  'script-src': ["'self'"],
  // Both write styles as they go.
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'base-uri': ["'self'"],
  'form-action': ["'none'"],
};

/**
 * The headers that have browsers keep answers to themselves: no script, frame or guess of another origin. That a
 * host is reached by TLS alone is for the proxy to say that has TLS.
 *
 * @param pages the paths below which there are pages.
 */
export function securityHeaders(pages: readonly string[]): RequestHandler {
  const headers = (directives: Record<string, string[]>): RequestHandler =>
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives },
      strictTransportSecurity: false,
      xFrameOptions: { action: 'deny' },
    });
  const [page, none] = [headers(OWN_PAGES), headers(NO_PAGE)];
  return (request, response, next) => {
    const path = request.path.toLowerCase();
    const isPage = pages.some((it) => path === it || path.startsWith(`${it}/`));
    // What a key may see is kept by nobody on the way; the files of pages say themselves how long they last.
    if (!isPage) response.setHeader('Cache-Control', 'no-store');
    (isPage ? page : none)(request, response, next);
  };
}
