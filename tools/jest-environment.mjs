import { TestEnvironment } from 'jest-environment-node';
import sharp from 'sharp';

/**
 * Node's environment with the outer realm's binary types: native addons (ONNX Runtime) check
 * `instanceof` against the realm they were loaded in, and refuse arrays of jest's own realm.
 *
 * A process runs many spec files, and what decodes images for inference blocks formats, SVG among them, for the
 * whole of it: each file begins as a process of its own would.
 */
export default class OuterRealmEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    const outer = {
      ArrayBuffer,
      SharedArrayBuffer,
      DataView,
      Uint8Array,
      Int8Array,
      Uint8ClampedArray,
      Uint16Array,
      Int16Array,
      Uint32Array,
      Int32Array,
      Float32Array,
      Float64Array,
      BigInt64Array,
      BigUint64Array,
    };
    Object.assign(this.global, outer);
    sharp.unblock({ operation: ['VipsForeignLoad'] });
  }
}
