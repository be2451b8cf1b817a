import type { RequestHandler } from 'express';

/** Has a caller who waits for a word before sending the body send it; whoever is refused before is not told so. */
export const sendContinue: RequestHandler = (request, response, next) => {
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
  next();
};
