import { describe, expect, it } from '@jest/globals';
import { cudaAbsence } from './cuda-absence.js';
import { resolveDevice } from './resolve-device.js';

const there = () => Promise.resolve(null);
const absent = () => Promise.resolve('no such GPU');

describe('resolveDevice', () => {
  it('takes the first GPU for auto where there is one, else the CPU', async () => {
    await expect(resolveDevice('auto', there)).resolves.toBe('cuda:0');
    await expect(resolveDevice('auto', absent)).resolves.toBe('cpu');
  });

  it('never looks for a GPU when asked for the CPU', async () => {
    await expect(resolveDevice('cpu', () => Promise.reject(new Error('It looked')))).resolves.toBe(
      'cpu',
    );
  });

  it('takes the GPU that was asked for, and no other device in its place', async () => {
    await expect(resolveDevice('cuda:1', there)).resolves.toBe('cuda:1');
    await expect(resolveDevice('cuda:1', absent)).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      retryable: false,
      message: expect.stringMatching(/^Expected to run on cuda:1 but no such GPU; or set /),
    });
  });

  it('tells on this machine what a GPU that no machine has lacks', async () => {
    const device = 'cuda:9999';
    await expect(cudaAbsence(device)).resolves.toMatch(/CUDA|not installed|no NVIDIA device/);
    await expect(resolveDevice(device)).rejects.toMatchObject({ code: 'DEVICE_UNAVAILABLE' });
  });
});
