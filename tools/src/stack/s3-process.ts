import { buildApp } from 'fauxqs';
import { refuseOverwriting } from './refuse-overwriting.js';

// The S3 server of the stack, in a process of its own so that its work is on nobody's event loop. It keeps
// everything in memory, listens on 127.0.0.1 only, and says on its output where.
const app = buildApp({ logger: false });
// As it comes, fauxqs refuses bodies over 11 MiB, which a single put of a large photo or result file has.
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: 2 ** 30 }, (_request, body, done) =>
  done(null, body),
);
refuseOverwriting(app);
process.on('SIGTERM', () => process.exit(0));
const url = await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${JSON.stringify({ msg: 'listening', url })}\n`);
