import { TestEnvironment } from 'jest-environment-node';

/**
 * Node's environment with the outer realm's binary types: native addons (ONNX Runtime) check
 * `instanceof` against the realm they were loaded in, and refuse arrays of jest's own realm.
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
  }
}
