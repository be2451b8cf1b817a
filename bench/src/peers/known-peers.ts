import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CropPolicyName } from '@cropline/contracts';
import type { Peer } from './peer.js';

/** A peer that can run here, or why it cannot. */
export interface KnownPeer extends Peer {
  /** The ratio that it counts for; where several do, the fastest counts. */
  readonly ratio: 'vsPyTorch' | 'vsRayData' | 'vsPlainLoop';
  /** Null when it can run. */
  readonly absence: string | null;
}

const PEERS = fileURLToPath(new URL('../../peers/', import.meta.url));

/**
 * The peers of bench/peers, all on the same images, weights and policy. Python's run with the interpreter that
 * CROPLINE_BENCH_PYTHON names (default `python3`).
 */
export function knownPeers(folder: string, weights: string, crops: CropPolicyName): KnownPeer[] {
  const python = process.env['CROPLINE_BENCH_PYTHON'] ?? 'python3';
  const torch = lacking(python, ['numpy', 'onnx', 'PIL', 'torch']);
  const ray = torch ?? lacking(python, ['ray.data']);
  const args = [folder, weights, crops];
  const pytorch = `${PEERS}pytorch/classify.py`;
  return [
    ...['eager', 'tuned', 'compiled'].map((mode) => ({
      name: `PyTorch, ${mode}`,
      command: python,
      args: [pytorch, ...args, mode],
      ratio: 'vsPyTorch' as const,
      absence: torch,
    })),
    {
      name: 'Ray Data with PyTorch',
      command: python,
      args: [`${PEERS}ray-data/classify.py`, ...args],
      ratio: 'vsRayData',
      absence: ray,
    },
    {
      name: 'plain onnxruntime-node loop',
      command: process.execPath,
      args: [`${PEERS}plain-loop/classify.mjs`, ...args],
      ratio: 'vsPlainLoop',
      absence: null,
    },
  ];
}

/** Why an interpreter cannot run a peer, or null. */
function lacking(python: string, modules: readonly string[]): string | null {
  const missing = modules.filter((name) => {
    const { status } = spawnSync(python, ['-c', `import ${name}`], { stdio: 'ignore' });
    return status !== 0;
  });
  if (missing.length === 0) return null;
  return `${python} has no ${missing.join(', ')} (install bench/peers/*/requirements.txt, or name another interpreter in CROPLINE_BENCH_PYTHON)`;
}
