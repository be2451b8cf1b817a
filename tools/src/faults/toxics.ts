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
  /** Each connection is broken off when so many bytes have come back on it; 0 is never. */
  readonly cutAfterBytes: number;
  /** So often at most. */
  readonly cutTimes: number;
}

/** A plain wire. */
export const NO_TOXICS: Toxics = {
  latencyMs: 0,
  bytesPerSecond: 0,
  blackhole: 'none',
  refusing: false,
  cutAfterBytes: 0,
  cutTimes: Infinity,
};
