import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeArchitecture, googlenet, randomWeights, writeModelFolder } from '@cropline/model';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConfig } from '../config/config.js';
import { recordedConsole, RecordedStream } from '../testing/terminal.js';
import { TRAIN_FLAGS } from '../testing/train-flags.js';
import { startingPoint, type StartingPoint } from './starting-point.js';
import type { TrainFlags } from './train-options.js';

const net = googlenet({ variant: 'torchvision', classes: 2, inputSize: 64, width: 0.1 });
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cropline-start-'));
  await writeModelFolder(join(folder, 'pets'), {
    spec: {
      name: 'pets',
      ...describeArchitecture(net),
      resize: { rule: 'warp', to: 80 },
      labels: ['cat', 'dog'],
    },
    weights: randomWeights(1, net),
    precision: 'fp32',
  });
});
afterAll(() => rm(folder, { recursive: true }));

function start(options: Partial<TrainFlags>, labels: readonly string[]): Promise<StartingPoint> {
  const config = readConfig({ CROPLINE_CACHE_DIR: join(folder, 'cache'), HOME: folder });
  const invocation = { console: recordedConsole(new RecordedStream(false)), config };
  return startingPoint(
    { ...TRAIN_FLAGS, ...options },
    labels,
    invocation,
    new AbortController().signal,
  );
}

describe('startingPoint', () => {
  it('is the net with batch normalization from scratch, or the paper’s', async () => {
    const { architecture, initial, resize } = await start({ from: 'scratch', width: 0.5 }, [
      'a',
      'b',
    ]);
    expect(architecture).toEqual(googlenet({ variant: 'torchvision', classes: 2, width: 0.5 }));
    expect(initial).toBeNull();
    expect(resize).toEqual({ inputSize: 224, resize: 'shorter-side', resizeTo: 256 });
    const plain = await start({ from: 'scratch', batchNorm: false, inputSize: 96 }, ['a', 'b']);
    expect(plain.architecture.variant).toBe('bvlc');
    expect(plain.resize.resizeTo).toBe(110);
  });

  it('takes all of a model of the same classes, and how it resizes', async () => {
    const from = join(folder, 'pets');
    const same = await start({ from, inputSize: 96 }, ['cat', 'dog']);
    expect(same).toMatchObject({
      from: 'pets',
      architecture: { width: 0.1, input: { size: 96 }, classifier: { outputs: 2 } },
      resize: { inputSize: 96, resize: 'warp', resizeTo: 120 },
    });
    expect([...(same.initial ?? new Map())]).toEqual([...randomWeights(1, net)]);
  });

  it('leaves the classifier of other classes behind, even of as many', async () => {
    const from = join(folder, 'pets');
    for (const labels of [
      ['eel', 'fox'],
      ['cat', 'dog', 'eel'],
    ]) {
      const { initial, architecture } = await start({ from }, labels);
      expect(architecture.classifier.outputs).toBe(labels.length);
      expect(initial?.has('conv1/7x7_s2_w_0')).toBe(true);
      expect(initial?.has('loss3/classifier_w_0')).toBe(false);
    }
  });

  it.each<[string, Partial<TrainFlags>, RegExp]>([
    [
      'a layer that is none',
      { freeze: ['conv1', 'inception_9'] },
      /begins with inception_9\. .*conv1, conv2, inception_3a/,
    ],
    ['a width', { width: 0.5 }, /no --width/],
    ['layers to keep from scratch', { from: 'scratch', freeze: ['conv1'] }, /no --freeze/],
    ['a size that is none', { inputSize: 100 }, /multiple of 32/],
  ])('refuses %s', async (_, options, message) => {
    const from = join(folder, 'pets');
    await expect(start({ from, ...options }, ['cat', 'dog'])).rejects.toMatchObject({
      code: 'USAGE_INVALID',
      message: expect.stringMatching(message),
    });
  });
});
