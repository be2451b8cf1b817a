import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { drawPng } from '../testing/draw-png.js';
import { runCropline, type Ended } from '../testing/run-cropline.js';

/** The least red and the most: what is between belongs to the class it is nearer to. */
const HUES = { blue: 10, red: 245 } as const;
const TINY = ['--from', 'scratch', '--input-size', '64', '--width', '0.1'];

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
const train = (...words: string[]): Promise<Ended> =>
  runCropline(['train', ...words], { env: { CROPLINE_CACHE_DIR: at('cache') } });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cropline-train-'));
  for (const [name, hue] of Object.entries(HUES)) {
    await mkdir(at('set', name), { recursive: true });
    for (let number = 0; number < 20; number += 1) {
      const png = drawPng(80 + number, 90, Math.abs(hue - 2 * number));
      await writeFile(at('set', name, `${number}.png`), png);
    }
  }
  await writeFile(at('set', 'red', 'cut.png'), 'no image');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('cropline train', () => {
  it('writes a model that classify takes, and that tells what it was taught', async () => {
    const out = at('colours');
    const learning = ['--optimizer', 'adam', '--lr', '0.003', '--no-aux', '--epochs', '6'];
    const { code, stdout, stderr } = await train(
      ...['--data', at('set'), ...TINY, ...learning, '--batch', '8', '--out', out],
    );
    expect(stderr).toContain('2 classes, ');
    expect(stderr).toMatch(/note: red\/cut\.png is left out: IMAGE_NOT_AN_IMAGE/);
    expect(stderr).toMatch(/epoch 6\/6 .*validation 100\.0 %/);
    expect(stdout).toContain(`CROPLINE_MODEL=${out}`);
    expect(code).toBe(0);
    expect((await readdir(out)).sort()).toEqual([
      'checkpoints',
      'confusion.svg',
      'curves.svg',
      'history.json',
      'model.json',
      'report.html',
      'weights.safetensors',
    ]);
    const history = JSON.parse(await readFile(join(out, 'history.json'), 'utf8')) as {
      history: unknown[];
      unreadable: string[];
    };
    expect(history.history).toHaveLength(6);
    expect(history.unreadable).toEqual(['red/cut.png']);

    await writeFile(at('new-blue.png'), drawPng(100, 120, 30));
    await writeFile(at('new-red.png'), drawPng(120, 100, 220));
    const classified = await runCropline(
      ['classify', at('new-blue.png'), at('new-red.png'), '--json'],
      { env: { CROPLINE_CACHE_DIR: at('cache'), CROPLINE_MODEL: out } },
    );
    const outcomes = classified.stdout
      .trim()
      .split('\n')
      .map(
        (line) => JSON.parse(line) as { predictions: { label: string }[]; model: { name: string } },
      )
      .map(({ predictions, model }) => [predictions[0]?.label, model.name]);
    expect(outcomes).toEqual([
      ['blue', 'colours'],
      ['red', 'colours'],
    ]);
  });

  it('tells programs of epochs and of the model, and goes on for more epochs', async () => {
    const words = ['--data', at('set'), ...TINY, '--batch', '16', '--out', at('more'), '--json'];
    const first = await train(...words, '--epochs', '1');
    const kinds = ({ stdout }: Ended): string[] =>
      stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { kind: string }).kind);
    expect(kinds(first)).toEqual(['epoch', 'model']);
    const again = await train(...words, '--epochs', '1');
    expect(again.stderr).toMatch(/USAGE_INVALID: .*--resume/);
    const other = await train(...words, '--epochs', '2', '--seed', '5', '--resume');
    expect(other.stderr).toMatch(/CHECKPOINT_INVALID: .*--seed 1 but received 5/);
    expect([again.code, other.code]).toEqual([2, 2]);
    const resumed = await train(...words, '--epochs', '2', '--resume');
    expect(kinds(resumed)).toEqual(['epoch', 'model']);
    expect(resumed.stdout).toContain('"epochs":2');
  });

  it.each([
    ['a folder that is none', ['--data', 'nothing-there'], /DATASET_INVALID: .*nothing-there/],
    ['one class', ['--data', 'SET', '--classes', 'red,gnu'], /DATASET_INVALID: .*gnu/],
    [
      'a layer that is none',
      ['--data', 'SET', '--freeze', 'conv9', '--from', 'scratch'],
      /--freeze/,
    ],
    ['an input size that is none', ['--data', 'SET', '--input-size', '100'], /multiple of 32/],
    ['a share beyond all', ['--data', 'SET', '--validation', '2'], /USAGE_INVALID: .*such as 0\.2/],
    ['a width of a model', ['--data', 'SET', '--width', '0.5'], /USAGE_INVALID: .*--width/],
  ])('exits 2 for %s', async (_, words, message) => {
    const named = words.map((word) => (word === 'SET' ? at('set') : word));
    const { code, stderr } = await train(...named, '--out', at('refused'));
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
