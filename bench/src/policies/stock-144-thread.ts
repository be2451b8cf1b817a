import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';

/*
 * The published graph on the 144 crops of Szegedy et al. 2014 (section 7), as one would write it: views and
 * crops by sharp, floats pixel by pixel, one `session.run` a crop. Told a path, it answers the best class.
 */
const SIZE = 224;
const MEAN_BGR = [104, 117, 123] as const;
const SCALES = [256, 288, 320, 352] as const;

sharp.concurrency(1);
const session = await InferenceSession.create(workerData as string, { intraOpNumThreads: 1 });
const [inputName = ''] = session.inputNames;
const [outputName = ''] = session.outputNames;

async function classify(path: string): Promise<number> {
  const total = new Float64Array(1000);
  for await (const crop of cutCrops(path)) {
    for (const mirrored of [false, true]) {
      const input = new Tensor('float32', toFloats(crop, mirrored), [1, 3, SIZE, SIZE]);
      const scores = (await session.run({ [inputName]: input }))[outputName]?.data as Float32Array;
      for (const [index, score] of scores.entries()) total[index] = (total[index] ?? 0) + score;
    }
  }
  return total.indexOf(Math.max(...total));
}

async function* cutCrops(path: string): AsyncGenerator<Buffer> {
  const decoded = await sharp(path)
    .autoOrient()
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const image = decoded.info;
  const shorter = Math.min(image.width, image.height);
  for (const side of SCALES) {
    const width = Math.round((image.width * side) / shorter);
    const height = Math.round((image.height * side) / shorter);
    const scaled = await sharp(decoded.data, { raw: image })
      .resize(width, height, { fit: 'fill', kernel: 'cubic' })
      .raw()
      .toBuffer();
    for (const along of [0, 0.5, 1]) {
      const square = sharp(scaled, { raw: { width, height, channels: 3 } }).extract({
        left: Math.floor(along * (width - side)),
        top: Math.floor(along * (height - side)),
        width: side,
        height: side,
      });
      const pixels = await square.clone().raw().toBuffer();
      for (const [x, y] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
        [0.5, 0.5],
      ] as const) {
        yield await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
          .extract({
            left: Math.floor(x * (side - SIZE)),
            top: Math.floor(y * (side - SIZE)),
            width: SIZE,
            height: SIZE,
          })
          .raw()
          .toBuffer();
      }
      yield await square.resize(SIZE, SIZE, { fit: 'fill', kernel: 'cubic' }).raw().toBuffer();
    }
  }
}

function toFloats(pixels: Buffer, mirrored: boolean): Float32Array {
  const floats = new Float32Array(3 * SIZE * SIZE);
  for (const [channel, mean] of MEAN_BGR.entries()) {
    for (let y = 0; y < SIZE; y += 1) {
      for (let x = 0; x < SIZE; x += 1) {
        const column = mirrored ? SIZE - 1 - x : x;
        const value = pixels[(y * SIZE + column) * 3 + 2 - channel] ?? 0;
        floats[(channel * SIZE + y) * SIZE + x] = value - mean;
      }
    }
  }
  return floats;
}

parentPort?.on('message', (path: string) => {
  classify(path).then(
    (index) => parentPort?.postMessage(index),
    (error: unknown) => {
      // An error in a thread that is being measured ends the bench: its parent hears of it.
      queueMicrotask(() => {
        throw error;
      });
    },
  );
});
parentPort?.postMessage('ready');
