import type { buildApp } from 'fauxqs';

/**
 * Has the server honour `If-None-Match: *` of a PUT, as S3 does: 412 when the object is there, 409 while
 * another such PUT of it is under way.
 */
export function refuseOverwriting(app: ReturnType<typeof buildApp>): void {
  const underWay = new Set<string>();
  app.addHook('preHandler', async ({ method, url, headers }, reply) => {
    if (method !== 'PUT' || headers['if-none-match'] !== '*') return;
    const refuse = (status: number, code: string): Promise<unknown> =>
      Promise.resolve(
        reply
          .code(status)
          .type('application/xml')
          .send(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`),
      );
    if (underWay.has(url)) return refuse(409, 'ConditionalRequestConflict');
    underWay.add(url);
    reply.raw.once('close', () => underWay.delete(url));
    const { statusCode } = await app.inject({ method: 'HEAD', url });
    return statusCode === 200 ? refuse(412, 'PreconditionFailed') : undefined;
  });
}
