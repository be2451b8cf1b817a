import type { TrainableNetOptions } from '../net/trainable-net.js';

/** What a gradient thread is started with. */
export interface GradientThreadSettings {
  readonly net: TrainableNetOptions;
  /** The parameters that are trained, as `Parameters.copyTo` writes them, before each share. */
  readonly parameters: SharedArrayBuffer;
  /** Where the thread puts their gradients, in the same order. */
  readonly gradients: SharedArrayBuffer;
}

/** A share of a batch, as a batch of its own. */
export interface ToGradientThread {
  readonly pixels: Uint8Array;
  readonly labels: Int32Array;
  readonly draw: readonly (string | number)[];
}

/** What came of it, beside the gradients. */
export interface ShareMade {
  readonly kind: 'made';
  readonly loss: number;
  readonly logits: Float32Array;
  readonly statistics: ReadonlyMap<string, Float32Array>;
}

/** What a gradient thread says. */
export type FromGradientThread = { readonly kind: 'ready' } | ShareMade;
