import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { startHttp } from '../testing/start-http.js';
import { thrownBy } from '../testing/thrown-by.js';
import { withConnectDeadline } from './connect-deadline.js';

describe('withConnectDeadline', () => {
  it('gives up a connection that does not stand in time', async () => {
    const sockets: Socket[] = [];
    // TLS waits for an answer to its greeting, which never comes.
    const mute = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    const agent = withConnectDeadline(new HttpsAgent({ keepAlive: true }), 50);
    const asked = httpsRequest({ host: '127.0.0.1', port, agent });
    asked.end();
    expect(await thrownBy(once(asked, 'response'))).toMatchObject({ code: 'ETIMEDOUT' });
    for (const socket of sockets) socket.destroy();
    mute.close();
  });

  it('does not count the wait for a free connection, nor for an answer', async () => {
    const server = await startHttp((_, response) => {
      setTimeout(() => response.end('late'), 100);
    });
    const agent = withConnectDeadline(new Agent({ keepAlive: true, maxSockets: 1 }), 50);
    const answers = await Promise.all(
      [1, 2, 3].map(async () => {
        const asked = request(server.origin, { agent });
        asked.end();
        const [answer] = (await once(asked, 'response')) as [IncomingMessage];
        answer.resume();
        return answer.statusCode;
      }),
    );
    expect(answers).toEqual([200, 200, 200]);
    agent.destroy();
    await server.stop();
  });
});
