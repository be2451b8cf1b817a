/** What computes for TensorFlow.js: one of its native packages, or WebAssembly. */
export const TFJS_RUNTIMES = ['tfjs-node-gpu', 'tfjs-node', 'wasm'] as const;

/** One of `TFJS_RUNTIMES`. */
export type TfjsRuntime = (typeof TFJS_RUNTIMES)[number];

/** Those that are packages of their own with TensorFlow's C library, which not every machine has. */
export type NativeRuntime = Exclude<TfjsRuntime, 'wasm'>;

/** How a runtime is called in text. */
export function describeRuntime(runtime: TfjsRuntime): string {
  return `TensorFlow.js on ${runtime === 'wasm' ? 'WebAssembly' : runtime}`;
}

/** The npm package of a runtime. */
export const packageOf = (runtime: TfjsRuntime): string =>
  `@tensorflow/${runtime === 'wasm' ? 'tfjs-backend-wasm' : runtime}`;
