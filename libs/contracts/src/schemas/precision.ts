import { z } from 'zod';

/**
 * The numbers a model computes with: 32-bit floats; 8-bit integers where that is exact enough, after a
 * calibration on images (CPU); 16-bit floats (CUDA).
 */
export const PRECISIONS = ['fp32', 'int8', 'fp16'] as const;

/** One of `PRECISIONS`. */
export const precisionSchema = z
  .enum(PRECISIONS, { error: `expected ${listed(PRECISIONS)}` })
  .meta({
    id: 'Precision',
    description:
      'The numbers a model computes with: 32-bit floats, 8-bit integers or 16-bit floats.',
  });
export type Precision = z.infer<typeof precisionSchema>;

/** `a, b or c` */
function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;
}
