/** What a proxy does to the bytes that pass it; all off is a plain wire. */
export interface Toxics {
  /** Each piece is held back so long, in milliseconds. */
  readonly latencyMs: number;
  /** At most so many bytes a second, each way of each connection; 0 is unlimited. */
  readonly bytesPerSecond: number;
  /** `both`: nothing passes, and the connections stay open. `answers`: requests arrive, their answers do not. */
  readonly blackhole: 'none' | 'both' | 'answers';
  /** New connections are broken off at once. */
  readonly refusing: boolean;
}

/** A way to a TCP server that can be made bad and good again while it is used. */
export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** Bytes that have passed, both ways. */
  readonly passed: number;
  /** Sets these and leaves the others as they are. */
  set(toxics: Partial<Toxics>): void;
  /** Sets all of them off; what was held back passes. */
  heal(): void;
  /** Breaks off every connection that is open. */
  cut(): void;
  /** Where new connections go from now on; those that are open are broken off. */
  retarget(target: URL): void;
  close(): Promise<void>;
}
