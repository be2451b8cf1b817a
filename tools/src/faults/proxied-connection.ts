import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Toxics } from './toxics.js';

/** What a connection asks of its proxy, and tells it. */
export interface ConnectionOwner {
  readonly toxics: () => Toxics;
  readonly onCut: () => void;
  readonly onEnd: () => void;
}

type Way = 'requests' | 'answers';

/** How many pieces a second are sent where the bytes of a second are limited. */
const PIECES_A_SECOND = 10;

/** One connection through a proxy: what comes from either side is sent to the other as the toxics of now permit. */
export class ProxiedConnection {
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #owner: ConnectionOwner;
  readonly #change = new EventEmitter();
  #answered = 0;
  #abandoned = false;
  #ended = false;

  constructor(near: Socket, far: Socket, owner: ConnectionOwner) {
    this.#near = near;
    this.#far = far;
    this.#owner = owner;
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
    }
    near.on('close', () => this.end());
    far.on('close', () => {
      if (!this.#abandoned) this.end();
    });
    // A side that breaks off ends both, as its 'close' says.
    this.#carry('requests', near, far).catch(() => undefined);
    this.#carry('answers', far, near).catch(() => undefined);
  }

  /** The toxics are others now. */
  changed(): void {
    this.#change.emit('change');
  }

  /** Breaks off the server's side alone. */
  abandon(): void {
    this.#abandoned = true;
    this.#far.destroy();
  }

  /** Breaks off both sides. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#near.destroy();
    this.#far.destroy();
    this.changed();
    this.#owner.onEnd();
  }

  async #carry(way: Way, from: Socket, to: Socket): Promise<void> {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      for (let rest = chunk; rest.length > 0;) {
        const { latencyMs, bytesPerSecond } = this.#owner.toxics();
        const size =
          bytesPerSecond === 0 ? rest.length : Math.ceil(bytesPerSecond / PIECES_A_SECOND);
        const piece = rest.subarray(0, size);
        rest = rest.subarray(piece.length);
        const heldMs =
          latencyMs + (bytesPerSecond === 0 ? 0 : (1000 * piece.length) / bytesPerSecond);
        if (heldMs > 0) await sleep(heldMs);
        await this.#opened(way);
        await this.#send(way, piece, to);
      }
    }
    if (!this.#abandoned) to.end();
  }

  /** Resolves when bytes of this way may pass. */
  async #opened(way: Way): Promise<void> {
    for (;;) {
      const { blackhole } = this.#owner.toxics();
      if (this.#ended || blackhole === 'none') return;
      if (blackhole === 'answers' && way === 'requests') return;
      await once(this.#change, 'change');
    }
  }

  async #send(way: Way, piece: Buffer, to: Socket): Promise<void> {
    const limit = this.#owner.toxics().cutAfterBytes;
    if (way === 'answers') this.#answered += piece.length;
    if (limit === 0 || this.#answered <= limit || way === 'requests') {
      await this.#written(piece, to);
      return;
    }
    this.#owner.onCut();
    // What came before the cut arrives.
    await this.#written(piece.subarray(0, Math.max(0, piece.length + limit - this.#answered)), to);
    this.end();
  }

  /** Resolves when the bytes are sent, or will never be. */
  async #written(bytes: Buffer, to: Socket): Promise<void> {
    if (to.writable) await new Promise<void>((resolve) => to.write(bytes, () => resolve()));
  }
}
