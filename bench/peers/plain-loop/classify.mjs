// The loop most people would write: decode, resize and crop with sharp, floats pixel by pixel, one
// `session.run` a crop.
//
//   node classify.mjs FOLDER WEIGHTS.onnx single|ten
//
// Prints one JSON line an image: file, top1, at (ms); then a summary.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';

const [folder, weights, policy] = process.argv.slice(2);
const SIZE = 224;
const MEAN_BGR = [104, 117, 123];
const CENTRE = { left: 16, top: 16 };
const CORNERS = [0, 32].flatMap((top) => [0, 32].map((left) => ({ left, top })));

const session = await InferenceSession.create(weights);
const started = performance.now();
for (const file of readdirSync(folder).sort()) {
  const warped = await sharp(join(folder, file))
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .resize(256, 256, { fit: 'fill' })
    .raw()
    .toBuffer();
  const mean = new Float64Array(1000);
  for (const { left, top } of policy === 'single' ? [CENTRE] : [...CORNERS, CENTRE]) {
    for (const mirrored of policy === 'single' ? [false] : [false, true]) {
      const input = new Tensor('float32', toFloats(warped, left, top, mirrored), [
        1,
        3,
        SIZE,
        SIZE,
      ]);
      const { prob_1: scores } = await session.run({ data_0: input });
      scores.data.forEach((score, index) => (mean[index] += score));
    }
  }
  const top1 = mean.indexOf(Math.max(...mean));
  console.log(JSON.stringify({ file, top1, at: performance.now() - started }));
}
console.log(
  JSON.stringify({ summary: { onnxruntime: env.versions.common, sharp: sharp.versions.sharp } }),
);

function toFloats(pixels, left, top, mirrored) {
  const floats = new Float32Array(3 * SIZE * SIZE);
  for (let channel = 0; channel < 3; channel += 1) {
    for (let y = 0; y < SIZE; y += 1) {
      for (let x = 0; x < SIZE; x += 1) {
        const column = left + (mirrored ? SIZE - 1 - x : x);
        const value = pixels[((top + y) * 256 + column) * 3 + (2 - channel)];
        floats[(channel * SIZE + y) * SIZE + x] = value - MEAN_BGR[channel];
      }
    }
  }
  return floats;
}
