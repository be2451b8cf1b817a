import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import { limitConnections } from './limit-connections.js';

it('drops connections beyond the most there may be, says so once, and takes others again', async () => {
  const lines: string[] = [];
  const stream = new Writable({
    write(line: Buffer, _, done) {
      lines.push(line.toString());
      done();
    },
  });
  const server = createServer((_, response) => response.end('here'));
  limitConnections(server, 1, pino(stream));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const first = connect(port, '127.0.0.1');
  await once(server, 'connection');
  for (let n = 0; n < 3; n += 1) {
    const more = connect(port, '127.0.0.1').on('error', () => undefined);
    await once(more, 'close');
  }
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { maxConnections: 1, dropped: 1 },
  ]);
  first.destroy();
  const left = async (): Promise<number> =>
    new Promise((resolve, reject) => {
      server.getConnections((error, count) => {
        if (error === null) resolve(count);
        else reject(error);
      });
    });
  while ((await left()) > 0) await new Promise(setImmediate);
  const [answer] = (await once(get({ port, agent: false }), 'response')) as [
    { statusCode: number },
  ];
  expect(answer.statusCode).toBe(200);
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});
