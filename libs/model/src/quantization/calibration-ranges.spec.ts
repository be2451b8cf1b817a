import { describe, expect, it } from '@jest/globals';
import { BVLC_GOOGLENET } from '../architecture/googlenet.js';
import { parseCalibrationRanges } from './calibration-ranges.js';
import { rangeNames } from './range-names.js';

const good = {
  percentile: 0.99999,
  crops: 12,
  ranges: Object.fromEntries(rangeNames(BVLC_GOOGLENET).map((name, index) => [name, index + 0.5])),
};

describe('parseCalibrationRanges', () => {
  it('gives what was written as JSON, without what it does not know', () => {
    const read: unknown = JSON.parse(JSON.stringify({ ...good, made: 'today' }));
    expect(parseCalibrationRanges(read, BVLC_GOOGLENET)).toEqual(good);
  });

  it('has a range for every layer that makes new values', () => {
    const names = Object.keys(parseCalibrationRanges(good, BVLC_GOOGLENET).ranges);
    expect(names).toHaveLength(57 + 2 * 2);
    expect(names).toEqual(
      expect.arrayContaining(['conv1/7x7_s2', 'conv2/norm2', 'conv2/norm2/sums']),
    );
  });

  it.each<[string, unknown, string]>([
    ['nothing', null, 'Expected a calibration but received null'],
    ['a list', [], 'Expected a calibration but received []'],
    ['no percentile', { ...good, percentile: 0 }, 'Expected percentile of a calibration'],
    ['half a crop', { ...good, crops: 0.5 }, 'Expected crops of a calibration'],
    ['no crops', { ...good, crops: 0 }, 'Expected crops of a calibration'],
    ['no ranges', { ...good, ranges: 7 }, 'Expected ranges of a calibration but received 7'],
    [
      'a layer missing',
      { ...good, ranges: { ...good.ranges, 'conv1/7x7_s2': undefined } },
      'Expected the range of conv1/7x7_s2 to be a number above 0 but received nothing',
    ],
    [
      'a range of 0',
      { ...good, ranges: { ...good.ranges, 'inception_5b/1x1': 0 } },
      'Expected the range of inception_5b/1x1 to be a number above 0 but received 0',
    ],
  ])('refuses %s, and says what to do', (_what, value, message) => {
    expect(() => parseCalibrationRanges(value, BVLC_GOOGLENET)).toThrow(
      expect.objectContaining({
        code: 'CALIBRATION_INVALID',
        message: expect.stringContaining(message),
      }),
    );
    expect(() => parseCalibrationRanges(value, BVLC_GOOGLENET)).toThrow(/cropline model quantize/);
  });
});
