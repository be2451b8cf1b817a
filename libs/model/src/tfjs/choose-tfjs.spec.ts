import { describe, expect, it } from '@jest/globals';
import { chooseTfjs, tfjsAbsence } from './choose-tfjs.js';
import type { RuntimeProbe } from './probe-tfjs.js';
import type { NativeRuntime } from './tfjs-runtime.js';

const absent: RuntimeProbe = { state: 'absent', reason: 'is not installed' };
const broken: RuntimeProbe = { state: 'broken', reason: 'is installed but does not load (no lib)' };
const onCpu: RuntimeProbe = { state: 'works', version: '4.22.0', gpu: false };
const onGpu: RuntimeProbe = { state: 'works', version: '4.22.0', gpu: true };

const machine = (found: Partial<Record<NativeRuntime, RuntimeProbe>>) => (runtime: NativeRuntime) =>
  Promise.resolve(found[runtime] ?? absent);

describe('chooseTfjs', () => {
  it.each([
    ['WebAssembly where nothing native is installed', {}, 'wasm'],
    ['WebAssembly where the native one does not load', { 'tfjs-node': broken }, 'wasm'],
    ['the native one where it works', { 'tfjs-node': onCpu, 'tfjs-node-gpu': onCpu }, 'tfjs-node'],
    ['the one for GPUs where it sees none', { 'tfjs-node-gpu': onCpu }, 'tfjs-node-gpu'],
    ['never one that would take a GPU', { 'tfjs-node-gpu': onGpu }, 'wasm'],
  ] as const)('takes on the CPU %s', async (_, found, expected) => {
    await expect(chooseTfjs('cpu', machine(found))).resolves.toBe(expected);
  });
});

describe('tfjsAbsence', () => {
  it.each([
    ['what is missing', {}, /not installed: run `npm install/],
    ['why it does not load', { 'tfjs-node-gpu': broken }, /does not load \(no lib\)/],
    ['that it sees no GPU', { 'tfjs-node-gpu': onCpu }, /found no GPU .*CUDA 11/],
  ] as const)('tells %s', async (_, found, expected) => {
    await expect(tfjsAbsence('cuda:0', machine(found))).resolves.toMatch(expected);
  });

  it('is null where there is a GPU, and says how to choose among several', async () => {
    await expect(tfjsAbsence('cuda:0', machine({ 'tfjs-node-gpu': onGpu }))).resolves.toBeNull();
    await expect(tfjsAbsence('cuda:1', machine({ 'tfjs-node-gpu': onGpu }))).resolves.toMatch(
      /CUDA_VISIBLE_DEVICES=1, and CROPLINE_DEVICE=cuda:0/,
    );
  });
});
