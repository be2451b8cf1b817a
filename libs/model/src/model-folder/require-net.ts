import { CroplineError } from '@cropline/contracts';
import type { Architecture } from '../architecture/architecture.js';

/**
 * The net of a model, for what can be done with nets of the description alone.
 *
 * @param purpose what that is, in messages
 * @throws CroplineError `MODEL_UNSUPPORTED` for an ONNX model of one's own
 */
export function requireNet(
  { name, architecture }: { readonly name: string; readonly architecture: Architecture | null },
  purpose: string,
): Architecture {
  if (architecture !== null) return architecture;
  throw new CroplineError(
    'MODEL_UNSUPPORTED',
    `Expected a GoogLeNet for ${purpose} but ${name} is an ONNX model of one's own, which runs as it is: use CROPLINE_PRECISION=fp32 and CROPLINE_BACKEND=onnx with it, or another model`,
  );
}
