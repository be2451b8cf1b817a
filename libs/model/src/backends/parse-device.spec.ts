import { describe, expect, it } from '@jest/globals';
import { parseDevice } from './parse-device.js';

describe('parseDevice', () => {
  it.each(['auto', 'cpu', 'cuda:0', 'cuda:12'])('takes %s', (text) => {
    expect(parseDevice(text)).toBe(text);
  });

  it.each(['', 'gpu', 'cuda', 'cuda:', 'cuda:-1', 'cuda:01', 'CUDA:0', 'cuda:0 ', 'cuda:99999'])(
    'refuses %p and says what it takes',
    (text) => {
      expect(() => parseDevice(text)).toThrow(
        expect.objectContaining({
          code: 'DEVICE_UNKNOWN',
          message: `Expected the device to be auto, cpu or cuda:N (such as cuda:0) but received ${JSON.stringify(text)}`,
        }),
      );
    },
  );
});
