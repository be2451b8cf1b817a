import { PRECISIONS, type Precision } from '@cropline/contracts';
import { describe, expect, it } from '@jest/globals';
import { checkPrecision } from './check-precision.js';
import type { Device } from './device.js';

describe('checkPrecision', () => {
  it.each<[Device, Precision]>([
    ['cpu', 'fp16'],
    ['cuda:0', 'int8'],
  ])('lets %s run all but %s, and says what to set instead', (device, refused) => {
    for (const precision of PRECISIONS.filter((one) => one !== refused)) {
      expect(() => checkPrecision(precision, device)).not.toThrow();
    }
    const told = expect.stringMatching(
      new RegExp(`received ${refused}.*set CROPLINE_(DEVICE|PRECISION)=`),
    ) as unknown;
    let thrown: unknown;
    try {
      checkPrecision(refused, device);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'PRECISION_UNSUPPORTED', message: told });
  });
});
