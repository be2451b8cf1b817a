import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ProxiedConnection } from './proxied-connection.js';
import { NO_TOXICS, type Toxics } from './toxics.js';

/** A way to a TCP server that can be made bad and good again while it is used. */
export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** Connections that `cutAfterBytes` has broken off. */
  readonly cuts: number;
  /** Sets these and leaves the others as they are. */
  set(toxics: Partial<Toxics>): void;
  /** Sets all of them off; what was held back passes. */
  heal(): void;
  /** Breaks off every connection that is open. */
  cut(): void;
  /** Breaks off the server's side of every connection; the client's stays open, and nobody answers on it. */
  abandon(): void;
  /** Where new connections go from now on; those that are open are broken off. */
  retarget(target: URL): void;
  close(): Promise<void>;
}

/** Starts a proxy on a free port of 127.0.0.1 that passes everything on to `target`. */
export async function startTcpProxy(target: URL): Promise<TcpProxy> {
  const proxy = new RunningProxy(target);
  await proxy.listen();
  return proxy;
}

class RunningProxy implements TcpProxy {
  readonly host = '127.0.0.1';
  cuts = 0;
  readonly #server: Server;
  readonly #open = new Set<ProxiedConnection>();
  #target: URL;
  #toxics = NO_TOXICS;

  constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((near) => this.#accept(near));
  }

  async listen(): Promise<void> {
    this.#server.listen(0, this.host);
    await once(this.#server, 'listening');
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  set(toxics: Partial<Toxics>): void {
    this.#toxics = { ...this.#toxics, ...toxics };
    for (const connection of this.#open) connection.changed();
  }

  heal(): void {
    this.set(NO_TOXICS);
  }

  cut(): void {
    for (const connection of this.#open) connection.end();
  }

  abandon(): void {
    for (const connection of this.#open) connection.abandon();
  }

  retarget(target: URL): void {
    this.#target = target;
    this.cut();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  #toxicsNow(): Toxics {
    const { cutTimes } = this.#toxics;
    return this.cuts < cutTimes ? this.#toxics : { ...this.#toxics, cutAfterBytes: 0 };
  }

  #accept(near: Socket): void {
    if (this.#toxics.refusing) {
      near.destroy();
      return;
    }
    const far = connect(Number(this.#target.port), this.#target.hostname);
    const connection = new ProxiedConnection(near, far, {
      toxics: () => this.#toxicsNow(),
      onCut: () => (this.cuts += 1),
      onEnd: () => this.#open.delete(connection),
    });
    this.#open.add(connection);
  }
}
