import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { itemResultSchema } from '@cropline/contracts';
import { BVLC_GOOGLENET, randomWeights, writeSafetensors } from '@cropline/model';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { drawPng } from '../testing/draw-png.js';
import { runCropline, type Ended } from '../testing/run-cropline.js';

describe('cropline model quantize', () => {
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-quantize-'));
    const model = join(folder, 'mine.safetensors');
    await writeFile(model, writeSafetensors(randomWeights(1, BVLC_GOOGLENET), {}));
    env = {
      CROPLINE_MODEL: model,
      CROPLINE_CACHE_DIR: join(folder, 'cache'),
      CROPLINE_DEVICE: 'cpu',
    };
    await mkdir(join(folder, 'photos/more'), { recursive: true });
    await mkdir(join(folder, 'few'));
    await mkdir(join(folder, 'empty'));
    await Promise.all([
      ...Array.from({ length: 11 }, (_, n) =>
        writeFile(
          join(folder, n < 6 ? 'photos' : 'photos/more', `${n}.png`),
          drawPng(200 + 20 * n, 200, 25 * n),
        ),
      ),
      writeFile(join(folder, 'photos/cut.png'), drawPng(300, 300, 9).subarray(0, 200)),
      writeFile(join(folder, 'photos/notes.txt'), 'not looked at'),
      writeFile(join(folder, 'few/one.png'), drawPng(200, 200, 1)),
      writeFile(join(folder, 'empty/notes.txt'), 'no image'),
    ]);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const cropline = (words: readonly string[], more: Record<string, string> = {}): Promise<Ended> =>
    runCropline(words, { env: { ...env, ...more }, cwd: folder });

  it('is what int8 asks for in one line before there is a calibration', async () => {
    const { code, stdout, stderr } = await cropline(['classify', 'photos'], {
      CROPLINE_PRECISION: 'int8',
    });
    expect(stderr).toMatch(
      /^cropline: MODEL_UNAVAILABLE: .*run `cropline model quantize --calibrate DIR`.*\n$/,
    );
    expect(stdout).toBe('');
    expect(code).toBe(3);
  });

  it('calibrates on the images below a folder, after which int8 classifies', async () => {
    const quantized = await cropline(['model', 'quantize', '--calibrate', 'photos', '--json']);
    expect(quantized.stderr).toMatch(/cropline: note: 11 images are few .*100 or more/);
    expect(quantized.code).toBe(0);
    const made = JSON.parse(quantized.stdout) as Record<string, unknown>;
    expect(made).toMatchObject({
      name: 'mine',
      precision: 'int8',
      calibrationPath: join(folder, 'cache/models/mine/mine.int8.json'),
      images: { found: 12, used: 11, skipped: { IMAGE_CORRUPT: 1 } },
      crops: 110,
      comparison: { images: 11, sameTop1: expect.any(Number) as unknown },
    });

    const classified = await cropline(['classify', 'photos/0.png', '--json'], {
      CROPLINE_PRECISION: 'int8',
    });
    expect(itemResultSchema.parse(JSON.parse(classified.stdout))).toMatchObject({
      status: 'succeeded',
      model: { name: 'mine', digest: made['digest'], precision: 'int8' },
    });
    const info = await cropline(['model', 'info']);
    expect(info.stdout).toMatch(
      /int8 +calibrated on 11 images, \d{4}-\d\d-\d\d \(.*mine.int8.json\)/,
    );
    const pulled = await cropline(['model', 'pull', '--json'], { CROPLINE_PRECISION: 'int8' });
    expect(JSON.parse(pulled.stdout)).toMatchObject({
      precision: 'int8',
      graphPath: made['graphPath'],
    });
  });

  it.each<[string, string[], string, RegExp]>([
    ['no folder', ['--calibrate', 'nowhere'], 'INPUT_NOT_FOUND', /nothing at "nowhere"/],
    ['a file', ['--calibrate', 'few/one.png'], 'INPUT_NOT_FOUND', /a file at/],
    ['a folder without images', ['--calibrate', 'empty'], 'INPUT_NOT_FOUND', /none in it/],
    ['too few images', ['--calibrate', 'few'], 'CALIBRATION_TOO_SMALL', /at least 10 .*received 1/],
    ['nothing to calibrate with', [], 'USAGE_INVALID', /--calibrate/],
  ])('takes %s for a mistake, in one line', async (_, words, expected, what) => {
    const { code, stdout, stderr } = await cropline(['model', 'quantize', ...words]);
    expect(stderr).toMatch(new RegExp(`^cropline: ${expected}: .*\\n$`));
    expect(stderr).toMatch(what);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it.each(['fp16', 'int4'])('leaves %s, which the device has not, refused', async (precision) => {
    const { code, stderr } = await cropline(['classify', 'photos'], {
      CROPLINE_PRECISION: precision,
    });
    expect(stderr).toMatch(/^cropline: (PRECISION_UNSUPPORTED|CONFIG_INVALID): .*\n$/);
    expect(code).toBe(2);
  });
});
