import { describe, expect, it } from '@jest/globals';
import { readPeerLine, runPeer } from './peer.js';

const script = (text: string) => ({
  name: 'made up',
  command: process.execPath,
  args: ['-e', text],
});

describe('runPeer', () => {
  it('times from the first tenth to the last, whatever the start cost', async () => {
    const peer = script(`
      console.log('a notice');
      for (let i = 0; i < 100; i += 1) {
        console.log(JSON.stringify({ file: i + '.jpg', top1: i, at: 60000 + i * 20 }));
      }
      console.log(JSON.stringify({ summary: {} }));`);
    const { imagesPerSecond, answers } = await runPeer(peer, readPeerLine);
    expect(answers).toHaveLength(100);
    expect(imagesPerSecond).toBeCloseTo(50);
  });

  it('does not count images that came together with the one that starts the clock', async () => {
    const peer = script(`
      for (let i = 0; i < 40; i += 1) {
        console.log(JSON.stringify({ file: i + '.jpg', top1: i, at: Math.floor(i / 10) * 1000 }));
      }`);
    expect((await runPeer(peer, readPeerLine)).imagesPerSecond).toBeCloseTo(10);
  });

  it('passes on what a peer that fails says', async () => {
    const peer = script(`console.error('no weights'); process.exit(3)`);
    await expect(runPeer(peer, readPeerLine)).rejects.toThrow(/made up exited with 3: no weights/);
  });
});
