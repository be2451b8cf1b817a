import { afterEach, expect, it, jest } from '@jest/globals';
import { corruptImage } from './image-faults.js';

afterEach(() => {
  jest.restoreAllMocks();
});

it('takes no image for damaged while the system gives the process no memory', () => {
  expect(corruptImage(new Error('VipsJpeg: premature end')).code).toBe('IMAGE_CORRUPT');
  jest.spyOn(Buffer, 'allocUnsafeSlow').mockImplementation(() => {
    throw new RangeError('Array buffer allocation failed');
  });
  expect(corruptImage(new Error('VipsJpeg: premature end'))).toMatchObject({
    code: 'MEMORY_EXHAUSTED',
    retryable: true,
  });
});
