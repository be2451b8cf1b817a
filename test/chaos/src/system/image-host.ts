import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startHttpGate, type HttpGate } from '@cropline/tools';
import type { Picture } from './pictures.js';

/** A host of pictures, and the gate before it. */
export interface ImageHost {
  readonly gate: HttpGate;
  close(): Promise<void>;
}

/** Serves the pictures under their names on 127.0.0.1. */
export async function startImageHost(pictures: readonly Picture[]): Promise<ImageHost> {
  const byPath = new Map(pictures.map(({ name, bytes }) => [`/${name}`, bytes]));
  const server = createServer((request, response) => {
    const bytes = byPath.get(request.url ?? '');
    if (bytes === undefined) response.writeHead(404).end('There is no such picture.');
    else response.writeHead(200, { 'content-type': 'image/jpeg' }).end(bytes);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const gate = await startHttpGate(new URL(`http://127.0.0.1:${port}`));
  return {
    gate,
    close: async () => {
      await gate.close();
      server.close();
      server.closeAllConnections();
    },
  };
}
