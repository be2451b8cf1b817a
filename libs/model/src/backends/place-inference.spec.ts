import { describe, expect, it } from '@jest/globals';
import { probeTfjs } from '../tfjs/probe-tfjs.js';
import { placeInference } from './place-inference.js';

describe('placeInference', () => {
  it('takes ONNX Runtime or TensorFlow.js, as asked', async () => {
    const on = { device: 'cpu', precision: 'fp32' } as const;
    await expect(placeInference({ ...on, backend: 'onnx' })).resolves.toEqual({
      device: 'cpu',
      tfjs: null,
    });
    const native = (await probeTfjs('tfjs-node')).state === 'works';
    await expect(placeInference({ ...on, backend: 'tfjs' })).resolves.toEqual({
      device: 'cpu',
      tfjs: native ? 'tfjs-node' : 'wasm',
    });
  });

  it.each([
    ['tfjs', 'cpu', 'int8', 'PRECISION_UNSUPPORTED', /CROPLINE_BACKEND=onnx/],
    ['onnx', 'cpu', 'fp16', 'PRECISION_UNSUPPORTED', /received fp16/],
    ['tfjs', 'gpu', 'fp32', 'DEVICE_UNKNOWN', /auto, cpu or cuda:N/],
    ['tfjs', 'cuda:9', 'fp32', 'DEVICE_UNAVAILABLE', /CUDA_VISIBLE_DEVICES=9/],
  ] as const)('refuses %s on %s in %s', async (backend, device, precision, code, message) => {
    await expect(placeInference({ backend, device, precision })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});
