/** What computes for TensorFlow.js: one of its native packages, or WebAssembly. */
export const TFJS_RUNTIMES = ['tfjs-node-gpu', 'tfjs-node', 'wasm'] as const;

/** One of `TFJS_RUNTIMES`. */
export type TfjsRuntime = (typeof TFJS_RUNTIMES)[number];

/** Those that are packages of their own with TensorFlow's C library, which not every machine has. */
export type NativeRuntime = Exclude<TfjsRuntime, 'wasm'>;

/** The version of all of its packages, which share one engine. */
const TFJS_VERSION = '4.22.0';

/** How a runtime is called in text. */
export function describeRuntime(runtime: TfjsRuntime): string {
  return `TensorFlow.js on ${runtime === 'wasm' ? 'WebAssembly' : runtime}`;
}

/** How to install a runtime, as the end of a sentence. */
export const installOf = (runtime: TfjsRuntime): string =>
  `run \`npm install --no-save ${packageOf(runtime)}@${TFJS_VERSION}\` (docs/gpu.md)`;

/** The npm package of a runtime. */
export const packageOf = (runtime: TfjsRuntime): string =>
  `@tensorflow/${runtime === 'wasm' ? 'tfjs-backend-wasm' : runtime}`;
