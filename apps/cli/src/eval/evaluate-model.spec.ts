import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { itemResultSchema, type ErrorCode, type Prediction } from '@cropline/contracts';
import { describeArchitecture, googlenet, randomWeights, writeModelFolder } from '@cropline/model';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConfig } from '../config/config.js';
import { drawPng } from '../testing/draw-png.js';
import { runCropline, type Ended } from '../testing/run-cropline.js';
import { RecordedStream, recordedConsole } from '../testing/terminal.js';
import { evaluateModel, type EvalFlags } from './evaluate-model.js';

const IMAGES = 6;
const LABELS = [
  'cat, tabby cat',
  'dog',
  'crane, bird',
  'heron, Crane',
  'sun, star',
  'night sky',
  'sea',
  'tree',
];

describe('cropline eval', () => {
  let folder: string;
  let env: Record<string, string>;
  /** What the model makes of each image with one crop, best first: so labels can be right and wrong. */
  let predicted: Prediction[][];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-eval-'));
    const model = join(folder, 'model');
    const net = googlenet({
      variant: 'bvlc',
      classes: LABELS.length,
      inputSize: 64,
      width: 0.125,
    });
    await writeModelFolder(model, {
      spec: {
        name: 'things',
        ...describeArchitecture(net),
        resize: { rule: 'warp', to: 73 },
        labels: [...LABELS],
      },
      weights: randomWeights(1, net),
      precision: 'fp32',
    });
    env = {
      CROPLINE_MODEL: model,
      CROPLINE_CACHE_DIR: join(folder, 'cache'),
      CROPLINE_DEVICE: 'cpu',
    };
    for (let n = 0; n < IMAGES; n += 1) {
      await writeFile(join(folder, `${n}.png`), drawPng(200 + 20 * n, 180, n * 40));
    }
    await writeFile(
      join(folder, 'cut.png'),
      (await readFile(join(folder, '0.png'))).subarray(0, 60),
    );
    const { stdout } = await run([
      'classify',
      '*.png',
      '--crops',
      'single',
      '--top',
      '8',
      '--json',
    ]);
    predicted = stdout
      .trimEnd()
      .split('\n')
      .map((line) => itemResultSchema.parse(JSON.parse(line)))
      .flatMap((result) => (result.status === 'succeeded' ? [result.predictions] : []));
    expect(predicted).toHaveLength(IMAGES);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const run = (words: readonly string[]): Promise<Ended> =>
    runCropline(words, { env, cwd: folder });
  const evaluate = (words: readonly string[]): Promise<Ended> =>
    run(['eval', '--crops', 'single', ...words]);
  const guess = (image: number, rank: number): Prediction => {
    const prediction = predicted[image]?.[rank];
    if (prediction === undefined) throw new Error(`No prediction ${rank} of image ${image}`);
    return prediction;
  };
  const manifest = async (name: string, rows: readonly (readonly [string, string])[]) => {
    const lines = rows.map(([image, label]) => `${image},"${label}"`);
    await writeFile(join(folder, name), ['image,label', ...lines, ''].join('\n'));
    return name;
  };

  it('compares what the pipeline says with the labels, and tells of what it left out', async () => {
    const data = await manifest('labels.csv', [
      ['5.png', String(guess(5, 7).classIndex)],
      ['0.png', String(guess(0, 0).classIndex)],
      ['1.png', guess(1, 0).label.toUpperCase()],
      ['2.png', String(guess(2, 2).classIndex)],
      ['cut.png', String(guess(0, 0).classIndex)],
      ['3.png', 'unicorn'],
      ['4.png', 'crane'],
    ]);
    const { code, stdout, stderr } = await evaluate(['--data', data, '--json']);
    const record = JSON.parse(stdout) as Record<string, unknown>;
    expect(record).toMatchObject({
      data,
      model: { precision: 'fp32', digest: expect.stringMatching(/^sha256:/) },
      crops: 'single',
      cropsAnImage: 1,
      images: 4,
      top1: { share: 0.5 },
      top5: { share: 0.75 },
      unusable: {
        images: 2,
        labels: [
          { label: 'unicorn', images: 1, classes: [] },
          { label: 'crane', images: 1, classes: [2, 3] },
        ],
      },
      failed: { images: 1, listed: [{ id: 'cut.png', code: 'IMAGE_CORRUPT' }] },
    });
    expect(record['confusion']).toContainEqual({
      truth: guess(2, 2).classIndex,
      predicted: guess(2, 0).classIndex,
      count: 1,
    });
    expect(record['confidentMistakes']).toContainEqual({
      id: '2.png',
      truth: guess(2, 2).classIndex,
      predicted: guess(2, 0).classIndex,
      score: guess(2, 0).score,
    });
    expect(stderr).toContain('2 left out, as their labels are no class of the model');
    expect(stderr).toContain('crane (1, may be 2 or 3)');
    expect(stderr).toContain('cut.png (IMAGE_CORRUPT)');
    expect(code).toBe(1);
  });

  it('tells people the figures, and writes a report on request', async () => {
    const name = guess(0, 0).label.split(', ', 1)[0] ?? '';
    await mkdir(join(folder, 'photos', name.replaceAll(' ', '_')), { recursive: true });
    await writeFile(
      join(folder, 'photos', name.replaceAll(' ', '_'), 'a.png'),
      await readFile(join(folder, '0.png')),
    );
    await writeFile(join(folder, 'photos', 'loose.png'), '');
    const { code, stdout, stderr } = await evaluate(['--data', 'photos', '--out', 'made/report']);
    expect(stderr).toContain(
      '1 left out, as they lie beside the classes instead of in one: loose.png\n',
    );
    expect(stdout).toContain('in fp32 on 1 image of photos, single crops\n');
    expect(stdout).toContain('top-1  100.0 %  (95 % sure: 20.7 % to 100.0 %)');
    expect(stderr).toContain('wrote made/report/evaluation.html\n');
    const html = await readFile(join(folder, 'made/report/evaluation.html'), 'utf8');
    expect(html).toContain('<b>100.0 %</b><span>top-1');
    const json = await readFile(join(folder, 'made/report/evaluation.json'), 'utf8');
    expect(JSON.parse(json)).toMatchObject({ data: 'photos', images: 1, classes: [{ images: 1 }] });
    expect(code).toBe(1);
    await rm(join(folder, 'photos', 'loose.png'));
    expect((await evaluate(['--data', 'photos'])).code).toBe(0);
  });

  it.each<[string, readonly string[], string]>([
    ['images of which none can be read', ['--data', 'broken.csv'], 'DATASET_INVALID'],
    ['no --data', [], 'USAGE_INVALID'],
  ])('says in one line that there is %s', async (_, words, expected) => {
    await manifest('broken.csv', [['cut.png', '7']]);
    const { code, stdout, stderr } = await evaluate(words);
    expect(stderr).toMatch(new RegExp(`^cropline: ${expected}: .*\\n$`));
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it.each<[string, Omit<EvalFlags, 'crops'>, ErrorCode]>([
    ['labels that are none of the model', { data: 'others.csv' }, 'DATASET_INVALID'],
    ['no image at all', { data: 'empty.csv' }, 'DATASET_INVALID'],
    ['no data', { data: 'nowhere' }, 'DATASET_INVALID'],
    ['a report that cannot be written', { data: 'one.csv', out: '0.png/x' }, 'USAGE_INVALID'],
  ])('starts no engine when there is %s', async (_, { data, out }, code) => {
    await manifest('others.csv', [['0.png', 'unicorn']]);
    await manifest('empty.csv', []);
    await manifest('one.csv', [['0.png', '7']]);
    const console = recordedConsole(new RecordedStream(false));
    const flags: EvalFlags = {
      data: join(folder, data),
      crops: 'single',
      ...(out === undefined ? {} : { out: join(folder, out) }),
    };
    const config = readConfig({ ...env, CROPLINE_DEVICE: 'cuda:99' });
    await expect(evaluateModel(flags, { console, config })).rejects.toMatchObject({ code });
  });
});
