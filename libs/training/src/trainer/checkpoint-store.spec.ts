import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NamedTensor, NamedTensors } from '@cropline/model';
import { CheckpointStore, type Checkpoint } from './checkpoint-store.js';

const tensor = (...values: number[]): NamedTensor => ({
  shape: [values.length],
  data: Float32Array.from(values),
});
const tensors = (name: string, ...values: number[]): NamedTensors =>
  new Map([[name, tensor(...values)]]);

const RECORD = {
  epoch: 1,
  step: 10,
  trainLoss: 0.1 + 0.2,
  trainAccuracy: 0.5,
  validationLoss: 1.1,
  validationAccuracy: 0.7,
  learningRate: 0.01,
  seconds: 12.5,
  images: 320,
};

function checkpoint(step: number): Checkpoint {
  return {
    position: {
      epoch: 2,
      stepInEpoch: step - 10,
      step,
      lossSum: 1 / 3,
      right: 7,
      images: 12,
      secondsInEpoch: 1.25,
      history: [RECORD],
    },
    parameters: tensors('conv/a_w_0', 1, 2, step),
    statistics: tensors('conv/a_mean', 0.25),
    statisticsUpdates: step,
    slots: new Map([
      ['velocity/conv/a_w_0', tensor(4, 5, 6)],
      ['steps', { shape: [], data: Float32Array.of(step) }],
    ]),
    best: { record: RECORD, confusion: [[3, 1], [0, 4]], weights: tensors('conv/a_w_0', 9, 8, 7) }, // prettier-ignore
  };
}

describe('checkpoints', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-checkpoints-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const load = () => new CheckpointStore(folder).load();

  it('are none where none was written', async () => {
    expect(await load()).toBeNull();
    expect(await new CheckpointStore(join(folder, 'not there')).load()).toBeNull();
  });

  it('give back what was written, bit by bit', async () => {
    await new CheckpointStore(folder).save(checkpoint(13));
    expect(await load()).toMatchObject(checkpoint(13));
  });

  it('replace the one before, files and all', async () => {
    const store = new CheckpointStore(folder);
    const first = checkpoint(13);
    await store.save(first);
    await store.save({ ...checkpoint(14), best: first.best });
    expect((await load())?.position.step).toBe(14);
    expect((await readdir(folder)).sort()).toEqual([
      'best-1.safetensors',
      'state.json',
      'step-14.safetensors',
    ]);
  });

  it('leave the one before whole when writing is cut off', async () => {
    const store = new CheckpointStore(folder);
    await store.save(checkpoint(13));
    const state = await readFile(join(folder, 'state.json'));
    await store.save(checkpoint(14));
    const after = await readFile(join(folder, 'step-14.safetensors'));
    // What lies there when the process ends before the state is replaced.
    await new CheckpointStore(folder).save(checkpoint(13));
    await writeFile(join(folder, 'state.json'), state);
    await writeFile(join(folder, 'step-14.safetensors'), after.subarray(0, 40));
    await writeFile(join(folder, 'state.json.new'), '{');
    expect((await load())?.position.step).toBe(13);
  });

  const damages: readonly [string, (folder: string) => Promise<void>][] = [
    ['a flipped bit', (path) => flip(join(path, 'step-13.safetensors'))],
    ['a flipped bit in the best weights', (path) => flip(join(path, 'best-1.safetensors'))],
    ['a missing file', (path) => rm(join(path, 'step-13.safetensors'))],
    ['a state that is no JSON', (path) => writeFile(join(path, 'state.json'), '{"format"')],
    ['a state of another format', (path) => edit(path, '"format": 1', '"format": 999')],
    ['a state that names another file', (path) => edit(path, 'step-13.', '../step-13.')],
    ['a state with a number that cannot be', (path) => edit(path, '"right": 7', '"right": -7')],
  ];
  for (const [name, damage] of damages) {
    it(`are refused with ${name}`, async () => {
      await new CheckpointStore(folder).save(checkpoint(13));
      await damage(folder);
      await expect(load()).rejects.toMatchObject({
        code: 'CHECKPOINT_INVALID',
        message: expect.stringContaining(folder),
      });
    });
  }
});

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  await writeFile(path, bytes);
}

async function edit(folder: string, before: string, after: string): Promise<void> {
  const path = join(folder, 'state.json');
  const text = await readFile(path, 'utf8');
  expect(text).toContain(before);
  await writeFile(path, text.replace(before, after));
}
