import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server that breaks off. */
export interface CuttingProxy {
  readonly url: string;
  /** How often it broke off. */
  readonly cuts: number;
  close(): Promise<void>;
}

/** Passes bytes on to a server, and cuts a connection off when so many have come back on it, so often at most. */
export async function startCuttingProxy(
  target: URL,
  { afterBytes, times }: { readonly afterBytes: number; readonly times: number },
): Promise<CuttingProxy> {
  const open = new Set<Socket>();
  const counter = { cuts: 0 };
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    let passed = 0;
    const end = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        open.delete(socket);
        end();
      });
    }
    near.pipe(far);
    far.on('data', (bytes: Buffer) => {
      passed += bytes.length;
      if (passed <= afterBytes || counter.cuts === times) {
        near.write(bytes);
        return;
      }
      if (!near.destroyed) counter.cuts += 1;
      // What came before the cut arrives.
      far.pause();
      near.end(bytes.subarray(0, bytes.length - (passed - afterBytes)), end);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get cuts() {
      return counter.cuts;
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
