import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveBenchModel } from '../bench-model.js';
import type { BenchOptions } from '../bench-options.js';
import { inTemporaryFolder } from '../cleaning-up.js';
import { fillFolder } from '../pipeline/bench-images.js';
import { describeMachine, median, round, summarise, type BenchReport } from '../report.js';
import { takeRounds } from '../rounds.js';
import { knownPeers } from './known-peers.js';
import { readOwnLine, readPeerLine, runPeer, type Peer, type PeerAnswer } from './peer.js';

const CLI = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url));

/** Enough for some seconds of the fastest on two cores. */
const IMAGES = { single: 200, ten: 60 } as const;

/**
 * Images a second of `cropline classify` and of the programs people would use instead (bench/peers), each in
 * a process of its own that has the machine alone, on the same images, weights and policy. How often each
 * puts the same class first as we do is part of the report: nobody is fast by being wrong. There is no round to
 * warm up: every process begins anew, and its own clock starts late.
 */
export function runPeersBench(options: BenchOptions): Promise<BenchReport> {
  return inTemporaryFolder('peers', (folder) => comparePeers(folder, options));
}

async function comparePeers(folder: string, options: BenchOptions): Promise<BenchReport> {
  const { rounds, images, onLine } = options;
  const crops = options.crops === 'ten' ? 'ten' : 'single';
  const { weightsPath } = await resolveBenchModel();
  const files = join(folder, 'images');
  await fillFolder(files, images, IMAGES[crops]);
  const peers = knownPeers(files, weightsPath, crops);
  for (const { name, absence } of peers) {
    if (absence !== null) onLine(`skipped: ${name}: ${absence}`);
  }
  const present = peers.filter(({ absence }) => absence === null);
  const own: Peer = {
    name: 'cropline classify',
    command: process.execPath,
    args: [CLI, 'classify', files, '--crops', crops, '--json'],
  };
  const answers = new Map<string, readonly PeerAnswer[]>();
  const contenders = [own, ...present].map((peer) => ({
    name: peer.name,
    sample: async () => {
      const run = await runPeer(peer, peer === own ? readOwnLine : readPeerLine);
      answers.set(peer.name, run.answers);
      return run.imagesPerSecond;
    },
  }));
  const samples = await takeRounds(contenders, rounds, onLine, { warmUp: false });
  const middle = (name: string): number => median(samples.get(name) ?? []);
  const ratios: Record<string, number> = {};
  for (const { name, ratio } of present) {
    const value = round(middle(own.name) / middle(name));
    ratios[ratio] = Math.min(value, ratios[ratio] ?? Infinity);
  }
  const agreement = present.map(({ name }) =>
    summarise(`${name}, ${crops}: same first class as cropline`, '%', [
      agreementOf(answers.get(own.name) ?? [], answers.get(name) ?? []),
    ]),
  );
  return {
    bench: 'peers',
    machine: describeMachine(),
    rows: [
      ...contenders.map(({ name }) =>
        summarise(`${name}, ${crops}`, 'images/s', samples.get(name) ?? []),
      ),
      ...agreement,
    ],
    ratios,
  };
}

/** Per cent of the images that both answered to which both gave the same class. */
function agreementOf(ours: readonly PeerAnswer[], theirs: readonly PeerAnswer[]): number {
  const known = new Map(ours.map(({ file, top1 }) => [file, top1]));
  const both = theirs.filter(({ file }) => known.has(file));
  return (100 * both.filter(({ file, top1 }) => known.get(file) === top1).length) / both.length;
}
