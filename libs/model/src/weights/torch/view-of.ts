import { TorchFileFault } from './torch-file-fault.js';
import type { TorchTensor } from './torch-tensor.js';

/**
 * The values of a tensor in row-major order, of the elements of its storage.
 *
 * @param elements as many as the storage has
 * @throws TorchFileFault when it reaches beyond them
 */
export function viewOf(
  elements: Float32Array<ArrayBuffer>,
  { offset, shape, strides }: TorchTensor,
): Float32Array<ArrayBuffer> {
  const count = shape.reduce((product, size) => product * size, 1);
  if (count === 0) return new Float32Array(0);
  const last = shape.reduce((at, size, axis) => at + (size - 1) * (strides[axis] ?? 0), offset);
  // An element may be in a tensor once.
  if (last >= elements.length || count > elements.length) {
    throw new TorchFileFault('it describes a tensor that reaches beyond its storage');
  }
  if (isRowMajor(shape, strides)) return elements.slice(offset, offset + count);

  const values = new Float32Array(count);
  const place = shape.map(() => 0);
  let from = offset;
  for (let to = 0; to < count; to += 1) {
    values[to] = elements[from] ?? Number.NaN;
    from += step(place, shape, strides);
  }
  return values;
}

/** Goes on to the next place, the last axis first; returns how far that is in the storage. */
function step(place: number[], shape: readonly number[], strides: readonly number[]): number {
  let distance = 0;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const [size, stride, at] = [shape[axis] ?? 0, strides[axis] ?? 0, place[axis] ?? 0];
    if (at + 1 < size) {
      place[axis] = at + 1;
      return distance + stride;
    }
    place[axis] = 0;
    distance -= at * stride;
  }
  return distance;
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  return shape.toReversed().every((size, back) => {
    const matches = size === 1 || strides[strides.length - 1 - back] === expected;
    expected *= size;
    return matches;
  });
}
