import { z } from 'zod';

/** What models are run with: ONNX Runtime, or TensorFlow.js. */
export const BACKENDS = ['onnx', 'tfjs'] as const;

/** One of `BACKENDS`. */
export const backendSchema = z.enum(BACKENDS, { error: 'expected onnx or tfjs' });
export type Backend = z.infer<typeof backendSchema>;
