import type { Agent } from 'node:http';
import { Socket } from 'node:net';

/**
 * Makes an agent give up connections that do not stand within a time. The SDK's own limit also counts the
 * time that a request waits for a free connection, and so fails requests of a busy process that connects
 * perfectly well.
 *
 * @returns The same agent.
 */
export function withConnectDeadline<A extends Agent>(agent: A, timeoutMs: number): A {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = connect(options, callback);
    if (socket instanceof Socket && socket.connecting) {
      const timer = setTimeout(() => {
        const message = `no connection to the object store within ${timeoutMs} ms`;
        socket.destroy(Object.assign(new Error(message), { code: 'ETIMEDOUT' }));
      }, timeoutMs);
      const connected = 'encrypted' in socket ? 'secureConnect' : 'connect';
      for (const event of [connected, 'close']) socket.once(event, () => clearTimeout(timer));
    }
    return socket;
  };
  return agent;
}
