import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Architecture } from '../architecture/architecture.js';
import { googlenet } from '../architecture/googlenet.js';
import { VARIANTS } from '../architecture/variant.js';
import { describeBackend } from '../backends/backend-conformance.js';
import type { CropBatch } from '../backends/inference-backend.js';
import { createOnnxBackend } from '../backends/onnx-backend.js';
import { emitDenseGraph } from '../onnx/emit-dense-graph.js';
import { emitOnnxGraph } from '../onnx/emit-onnx-graph.js';
import { requireNet } from '../model-folder/require-net.js';
import { STARTER_MODEL } from '../store/known-models.js';
import { resolveModel } from '../store/resolve-model.js';
import { randomWeights } from '../weights/random-weights.js';
import { writeSafetensors } from '../weights/write-safetensors.js';
import { tfjsAbsence } from './choose-tfjs.js';
import { inferenceNet } from './inference-net.js';
import { probeTfjs } from './probe-tfjs.js';
import { createTfjsBackend, type TfjsBackendOptions } from './tfjs-backend.js';

const folder = mkdtempSync(join(tmpdir(), 'cropline-tfjs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A small net of a form, its weights in a file. */
function smallNet(variant: Architecture['variant']): Model {
  return modelOf(googlenet({ variant, classes: 12, inputSize: 64, width: 0.25 }));
}

interface Model {
  readonly architecture: Architecture;
  readonly weightsPath: string;
}

function modelOf(architecture: Architecture): Model {
  const { variant, input } = architecture;
  const weightsPath = join(folder, `${variant}-${input.size}.safetensors`);
  writeFileSync(weightsPath, writeSafetensors(randomWeights(5, architecture), {}));
  return { architecture, weightsPath };
}

const create = (
  model: Model,
  options: Partial<TfjsBackendOptions> = {},
): ReturnType<typeof createTfjsBackend> =>
  createTfjsBackend({
    ...model,
    runtime: 'wasm',
    device: 'cpu',
    onNotice: () => undefined,
    ...options,
  });

const nodeProbe = await probeTfjs('tfjs-node');
const runtimes = [
  { runtime: 'wasm', device: 'cpu', skip: null, tolerance: 1e-6 },
  {
    runtime: 'tfjs-node',
    device: 'cpu',
    skip: nodeProbe.state === 'works' ? null : `@tensorflow/tfjs-node ${nodeProbe.reason}`,
    tolerance: 1e-6,
  },
  {
    runtime: 'tfjs-node-gpu',
    device: 'cuda:0',
    skip: await tfjsAbsence('cuda:0'),
    // Its convolutions may round to TF32.
    tolerance: 1e-3,
  },
] as const;

for (const { runtime, device, skip, tolerance } of runtimes) {
  for (const variant of VARIANTS) {
    const model = smallNet(variant);
    describeBackend({
      name: `tfjs with ${runtime} on ${device}, ${variant}`,
      create: () => create(model, { runtime, device }),
      inputSize: model.architecture.input.size,
      classes: 12,
      tolerance,
      skip,
    });
  }

  describe.each(VARIANTS)(`The scores of tfjs with ${runtime} on ${device}, %s`, (variant) => {
    const compare = skip === null ? it : it.skip;
    const why = skip === null ? '' : ` (skipped: ${skip})`;

    compare(`are those of onnx, within 1e-4${why}`, async () => {
      const model = modelOf(googlenet({ variant }));
      const graph = emitOnnxGraph(model.architecture, randomWeights(5, model.architecture));
      const batch = picturesOf({ width: 224, height: 224 }, 2);
      expect(await apart(model, graph, batch, { runtime, device })).toBeLessThanOrEqual(
        Math.max(1e-4, tolerance),
      );
    });

    compare(`are those of onnx over a whole picture, within 1e-4${why}`, async () => {
      const model = smallNet(variant);
      const graph = emitDenseGraph(model.architecture, randomWeights(5, model.architecture));
      const batch = picturesOf({ width: 131, height: 97 }, 2);
      expect(await apart(model, graph, batch, { runtime, device })).toBeLessThanOrEqual(
        Math.max(1e-4, tolerance),
      );
    });
  });
}

const mirror = process.env['CROPLINE_MODEL_MIRROR'];
describe('The scores of trained weights', () => {
  const trained = [
    ['googlenet-bvlc', mirror === undefined ? 'CROPLINE_MODEL_MIRROR is not set' : null],
    [STARTER_MODEL, null],
  ] as const;
  for (const [model, skip] of trained) {
    const why = skip === null ? '' : ` (skipped: ${skip})`;
    (skip === null ? it : it.skip)(`${model}: are those of onnx, within 1e-4${why}`, async () => {
      const { info, weightsPath, graphPath } = await resolveModel({
        cacheDir: join(folder, 'cache'),
        model,
        ...(mirror === undefined ? {} : { mirror }),
      });
      const architecture = requireNet(info, 'TensorFlow.js');
      const { size } = architecture.input;
      const batch = picturesOf({ width: size, height: size }, 2);
      const graph = readFileSync(graphPath);
      const distance = await apart({ architecture, weightsPath }, graph, batch, {});
      expect(distance).toBeLessThanOrEqual(1e-4);
    });
  }
});

/** Pictures of noise with some structure, the second flipped. */
function picturesOf(size: { width: number; height: number }, count: number): Required<CropBatch> {
  const pixels = Uint8Array.from({ length: count * size.width * size.height * 3 }, (_, at) => {
    return ((at % 7919) * 31 + ((at >> 9) & 63)) % 256;
  });
  return { pixels, mirrored: Uint8Array.from({ length: count }, (_, at) => at % 2), count, size };
}

/** How far the scores of tfjs lie from those of an ONNX graph of the same weights. */
async function apart(
  model: Model,
  graph: Uint8Array,
  batch: Required<CropBatch>,
  options: Partial<TfjsBackendOptions>,
): Promise<number> {
  const graphPath = join(folder, 'graph.onnx');
  writeFileSync(graphPath, graph);
  const { input, classifier } = model.architecture;
  const onnx = createOnnxBackend({
    graphPath,
    device: 'cpu',
    inputSize: input.size,
    classes: classifier.outputs,
    threads: 1,
  });
  const tfjs = create(model, options);
  try {
    await onnx.load();
    await tfjs.load();
    const [expected, got] = [await onnx.run(batch), await tfjs.run(batch)];
    expect(got).toHaveLength(expected.length);
    const distance = Math.max(...expected.map((score, at) => Math.abs(score - (got[at] ?? NaN))));
    // Scores of random weights lie near one another: they must agree far better than they differ.
    expect(distance).toBeLessThan((Math.max(...expected) - Math.min(...expected)) / 50);
    return distance;
  } finally {
    await onnx.dispose();
    await tfjs.dispose();
  }
}

describe('createTfjsBackend', () => {
  /** A net whose device has room for so many crops. */
  const withRoomFor =
    (room: number, ran: number[]): typeof inferenceNet =>
    (architecture, weights) => {
      const net = inferenceNet(architecture, weights);
      return {
        ...net,
        score: (batch) => {
          if (batch.count > room) {
            return Promise.reject(new Error('OOM when allocating tensor with shape[8,1]'));
          }
          ran.push(batch.count);
          return net.score(batch);
        },
      };
    };

  it('halves a batch that the memory does not do for, goes on with that, and says so', async () => {
    const model = smallNet('bvlc');
    const notices: string[] = [];
    const ran: number[] = [];
    const onNotice = (notice: string): unknown => notices.push(notice);
    const small = create(model, { onNotice, makeNet: withRoomFor(2, ran) });
    const whole = create(model);
    await small.load();
    await whole.load();
    const batch = picturesOf({ width: 64, height: 64 }, 8);
    const expected = await whole.run(batch);
    const got = await small.run(batch);
    expect(
      Math.max(...expected.map((score, at) => Math.abs(score - (got[at] ?? NaN)))),
    ).toBeLessThan(1e-6);
    expect(notices).toEqual([
      expect.stringMatching(/^OUT OF MEMORY on cpu: 8 crops .* runs 4 at once/),
      expect.stringMatching(/^OUT OF MEMORY on cpu: 4 crops .* CROPLINE_BATCH_SIZE=2/),
    ]);
    await small.run(batch);
    expect(ran).toEqual([2, 2, 2, 2, 2, 2, 2, 2]);
    expect(notices).toHaveLength(2);
    await small.dispose();
    await whole.dispose();
  });

  it('fails when not even one crop fits', async () => {
    const backend = create(smallNet('bvlc'), { makeNet: withRoomFor(0, []) });
    await backend.load();
    await expect(backend.run(picturesOf({ width: 64, height: 64 }, 1))).rejects.toMatchObject({
      code: 'BACKEND_FAILED',
      message: expect.stringMatching(/OOM .* lower the batch size/),
    });
    await backend.dispose();
  });

  it('names the runtime that is not there, and how to look further', async () => {
    const backend = create(smallNet('bvlc'), { runtime: 'tfjs-node-gpu', device: 'cuda:0' });
    const works = (await tfjsAbsence('cuda:0')) === null;
    if (works) return;
    await expect(backend.load()).rejects.toMatchObject({
      code: expect.stringMatching(/^(BACKEND|DEVICE)_UNAVAILABLE$/),
      message: expect.stringMatching(/cropline doctor|docs\/gpu\.md/),
    });
  });
});
