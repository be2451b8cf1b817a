import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CropBatch, InferenceBackend } from './inference-backend.js';

/** A backend to be tested, with the model it is to run. */
export interface Candidate {
  readonly name: string;
  /** Makes a backend that is not loaded yet. */
  create(): InferenceBackend;
  /** Width and height of a crop in pixels. */
  readonly inputSize: number;
  /** Scores a crop. */
  readonly classes: number;
  /** How far scores of the same crop may lie apart from run to run; GPUs sum in another order each batch size. */
  readonly tolerance: number;
  /** Why it cannot run here, or null; it is then skipped under this name. */
  readonly skip: string | null;
}

/**
 * What every backend promises, as jest specs: call it at the top level of a spec file. The graph of the
 * candidate should tell different crops apart (trained weights, or `randomWeights`).
 */
export function describeBackend(candidate: Candidate): void {
  const { name, inputSize, classes, tolerance, skip } = candidate;
  const cropBytes = inputSize * inputSize * 3;
  const { crops, flip, batchOf } = cropsOf(inputSize);
  const suite = skip === null ? describe : describe.skip;
  suite(`backend ${name}${skip === null ? '' : ` (skipped: ${skip})`}`, () => {
    let backend: InferenceBackend;
    beforeAll(async () => {
      backend = candidate.create();
      await backend.load();
    });
    afterAll(() => backend.dispose());

    const score = async (crops: readonly Uint8Array[], flags?: readonly number[]) => {
      const scores = await backend.run(batchOf(crops, flags));
      return crops.map((_, index) => scores.slice(index * classes, (index + 1) * classes));
    };
    const expectSame = (actual: Float32Array | undefined, expected: Float32Array | undefined) => {
      expect(farthest(actual, expected)).toBeLessThanOrEqual(tolerance);
    };

    it('gives as many scores as there are crops and classes', async () => {
      for (const count of [1, 3]) {
        const scores = await backend.run(batchOf(crops(count)));
        expect(scores).toBeInstanceOf(Float32Array);
        expect(scores).toHaveLength(count * classes);
      }
    });

    it('gives softmax scores: from 0 to 1, summing to 1', async () => {
      for (const scores of await score(crops(3))) {
        expect(scores.every((value) => value >= 0 && value <= 1)).toBe(true);
        expect(scores.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
      }
    });

    it('tells crops apart', async () => {
      const [one, other] = await score(crops(2));
      expect(farthest(one, other)).toBeGreaterThan(100 * tolerance);
    });

    it('scores a crop the same whatever its neighbours and wherever it lies', async () => {
      const all = crops(5);
      const together = await score(all);
      for (const [index, crop] of all.entries()) {
        expectSame((await score([crop]))[0], together[index]);
      }
      const backwards = await score(all.toReversed());
      for (const [index, scores] of backwards.toReversed().entries()) {
        expectSame(scores, together[index]);
      }
    });

    it('runs batches of any size one after the other', async () => {
      const all = crops(7);
      const whole = await score(all);
      const parts = [...(await score(all.slice(0, 4))), ...(await score(all.slice(4)))];
      parts.forEach((scores, index) => expectSame(scores, whole[index]));
    });

    it('flips exactly the crops that are flagged, as if their pixels were flipped', async () => {
      const [one, two, three] = crops(3) as [Uint8Array, Uint8Array, Uint8Array];
      const flagged = await score([one, two, three], [1, 0, 1]);
      const flipped = await score([flip(one), two, flip(three)]);
      flagged.forEach((scores, index) => expectSame(scores, flipped[index]));
      const [unflipped] = await score([one]);
      expect(farthest(flagged[0], unflipped)).toBeGreaterThan(100 * tolerance);
    });

    it('reads black and white, the ends of the range of a pixel', async () => {
      const [black, white] = await score([0, 255].map((v) => new Uint8Array(cropBytes).fill(v)));
      expect([...(black ?? []), ...(white ?? [])].every((value) => Number.isFinite(value))).toBe(
        true,
      );
      expect(farthest(black, white)).toBeGreaterThan(100 * tolerance);
    });

    it('neither changes the batch nor returns memory that is used again', async () => {
      const batch = batchOf(crops(2), [0, 1]);
      const copy = { pixels: batch.pixels.slice(), mirrored: batch.mirrored.slice() };
      const first = await backend.run(batch);
      const kept = first.slice();
      expect(batch).toMatchObject(copy);
      batch.pixels.fill(0);
      await backend.run(batch);
      expect(first).toEqual(kept);
      expect(first.byteLength).toBe(first.buffer.byteLength);
    });

    it('reads crops that lie inside larger memory', async () => {
      const memory = new Uint8Array(5 + 2 * cropBytes);
      const [crop] = crops(1) as [Uint8Array];
      memory.set(crop, 5);
      const pixels = memory.subarray(5, 5 + cropBytes);
      const scores = await backend.run({ pixels, mirrored: Uint8Array.of(0), count: 1 });
      expectSame(scores, (await score([crop]))[0]);
    });

    it.each([
      ['no crops', 0, 0, 0],
      ['fewer pixels than crops', 2, cropBytes, 2],
      ['more pixels than crops', 1, 2 * cropBytes, 1],
      ['fewer flags than crops', 2, 2 * cropBytes, 1],
    ])('refuses %s, and goes on', async (_what, count, pixels, flags) => {
      const bad = { pixels: new Uint8Array(pixels), mirrored: new Uint8Array(flags), count };
      await expect(backend.run(bad)).rejects.toMatchObject({
        code: 'BACKEND_FAILED',
        retryable: false,
      });
      await expect(score(crops(1))).resolves.toHaveLength(1);
    });

    it('refuses to run before it is loaded and after it is disposed of', async () => {
      const other = candidate.create();
      const refused = { code: 'BACKEND_FAILED', message: expect.stringContaining('not loaded') };
      await expect(other.run(batchOf(crops(1)))).rejects.toMatchObject(refused);
      await other.load();
      await expect(other.run(batchOf(crops(1)))).resolves.toHaveLength(classes);
      await other.dispose();
      await other.dispose();
      await expect(other.run(batchOf(crops(1)))).rejects.toMatchObject(refused);
    });
  });
}

/** Crops of a size to test with. */
function cropsOf(size: number): {
  /** Crops that differ: waves of other lengths and directions, unlike themselves when flipped. */
  readonly crops: (count: number) => Uint8Array[];
  readonly flip: (crop: Uint8Array) => Uint8Array;
  readonly batchOf: (all: readonly Uint8Array[], flags?: readonly number[]) => CropBatch;
} {
  const cropBytes = size * size * 3;
  // The same waves over the whole crop, whatever its size.
  const step = 224 / size;
  return {
    crops: (count) =>
      Array.from({ length: count }, (_, index) => {
        const pixels = new Uint8Array(cropBytes);
        for (let at = 0; at < cropBytes; at += 1) {
          const channel = at % 3;
          const x = step * (Math.floor(at / 3) % size);
          const y = step * Math.floor(at / 3 / size);
          const wave = ((index + 2) * x * x) / 90 + ((channel + 1) * y * (index + 1)) / 5;
          pixels[at] = 128 + 120 * Math.sin(wave);
        }
        return pixels;
      }),
    flip: (crop) => {
      const flipped = new Uint8Array(cropBytes);
      for (let from = 0; from < cropBytes; from += 3) {
        const column = (from / 3) % size;
        flipped.set(crop.subarray(from, from + 3), from + 3 * (size - 1 - 2 * column));
      }
      return flipped;
    },
    batchOf: (all, flags) => {
      const pixels = new Uint8Array(all.length * cropBytes);
      all.forEach((crop, index) => pixels.set(crop, index * cropBytes));
      return { pixels, mirrored: Uint8Array.from(flags ?? all.map(() => 0)), count: all.length };
    },
  };
}

/** The largest difference between two rows of scores. */
function farthest(one: Float32Array | undefined, other: Float32Array | undefined): number {
  if (one === undefined || other?.length !== one.length) return Number.POSITIVE_INFINITY;
  return one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? 0))), 0);
}
