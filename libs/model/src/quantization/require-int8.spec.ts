import { describe, expect, it } from '@jest/globals';
import { googlenet } from '../architecture/googlenet.js';
import { createCalibrator } from './create-calibrator.js';
import { emitInt8Graph } from './emit-int8-graph.js';
import { rangeNames } from './range-names.js';
import { requireInt8 } from './require-int8.js';

const refused = {
  code: 'MODEL_UNSUPPORTED',
  message: expect.stringContaining('the variant torchvision has none: set CROPLINE_PRECISION=fp32'),
};

describe('int8', () => {
  const torchvision = googlenet({ variant: 'torchvision', inputSize: 64, width: 0.1 });

  it('is for the variant bvlc, of any size', () => {
    expect(() => requireInt8(googlenet({ variant: 'bvlc' }))).not.toThrow();
    expect(() => requireInt8(googlenet({ variant: 'bvlc', width: 0.5 }))).not.toThrow();
  });

  it('is refused for a net without response normalization, before anything is done', async () => {
    const ranges = Object.fromEntries(rangeNames(torchvision).map((name) => [name, 1]));
    const calibration = { percentile: 0.999, crops: 1, ranges };
    expect(() => emitInt8Graph(torchvision, new Map(), calibration)).toThrow(
      expect.objectContaining(refused),
    );
    await expect(createCalibrator(new Map(), torchvision)).rejects.toMatchObject(refused);
  });
});
