import type { IncomingMessage, ServerResponse } from 'node:http';

/** How long the rest of a body that is refused is let come, so that its sender sees the answer before the end. */
const LINGER_MS = 1_000;

/** Ends the connection of a request whose body is still coming when it is answered, a while after that. */
export function cutOffLater(request: IncomingMessage, response: ServerResponse): void {
  response.once('finish', () => {
    if (request.complete) return;
    const timer = setTimeout(() => {
      if (!request.complete) request.socket.destroy();
    }, LINGER_MS);
    timer.unref();
  });
}
