import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { BVLC_GOOGLENET, createOnnxBackend, emitOnnxGraph, randomWeights } from '@cropline/model';
import { cropBytes } from './messages.js';
import { tfjsNet } from './tfjs-net.js';

describe('GoogLeNet in TensorFlow.js', () => {
  it('scores as the graph that workers run, so that its speed is that of the same work', async () => {
    const weights = randomWeights(1, BVLC_GOOGLENET);
    const folder = await mkdtemp(join(tmpdir(), 'cropline-tfjs-'));
    try {
      const graphPath = join(folder, 'random.onnx');
      await writeFile(graphPath, emitOnnxGraph(BVLC_GOOGLENET, weights));
      const backend = createOnnxBackend({
        graphPath,
        device: 'cpu',
        inputSize: 224,
        classes: 1000,
        threads: 1,
      });
      await backend.load();
      const pixels = cropBytes(2);
      const ours = await backend.run({ pixels, mirrored: new Uint8Array(2), count: 2 });
      await backend.dispose();
      const theirs = await (await tfjsNet(weights))(pixels, 2);
      expect(theirs).toHaveLength(ours.length);
      const apart = ours.map((score, index) => Math.abs(score - (theirs[index] ?? NaN)));
      expect(Math.max(...apart)).toBeLessThan(1e-4);
      expect(Math.max(...ours)).toBeGreaterThan(0.002);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
