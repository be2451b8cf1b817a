import type { TrainableNetOptions } from '../net/trainable-net.js';

/** What a helper thread is started with. */
export interface HelperSettings {
  readonly net: TrainableNetOptions;
  /** The parameters that are trained, as `Parameters.copyTo` writes them, before each share. */
  readonly parameters: SharedArrayBuffer;
  /** Where the helper puts their gradients, in the same order. */
  readonly gradients: SharedArrayBuffer;
}

/** A share of a batch, as a batch of its own. */
export interface ToHelper {
  readonly pixels: Uint8Array;
  readonly labels: Int32Array;
  readonly draw: readonly number[];
}

/** What came of it, beside the gradients. */
export interface ShareMade {
  readonly kind: 'made';
  readonly loss: number;
  readonly logits: Float32Array;
  readonly statistics: ReadonlyMap<string, Float32Array>;
}

/** What a helper thread says. */
export type FromHelper = { readonly kind: 'ready' } | ShareMade;
