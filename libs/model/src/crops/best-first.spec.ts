import { describe, expect, it } from '@jest/globals';
import { bestFirst } from './best-first.js';
import { planCrops } from './plan-crops.js';
import { policySlots } from './policy-slots.js';

const SPEC = { inputSize: 224, resize: 'warp', resizeTo: 256 } as const;
const IMAGE = { width: 500, height: 375 };

describe.each(['ten', 'googlenet144'] as const)('bestFirst of %s', (policy) => {
  const slots = policySlots({ policy }, IMAGE, SPEC);

  it('holds every crop of the policy once', () => {
    const ordered = bestFirst(policy, slots);
    expect(ordered).toHaveLength(slots.length);
    expect(new Set(ordered)).toEqual(new Set(slots));
  });

  it('begins with opposite corners, one of them mirrored', () => {
    const [one, other] = bestFirst(policy, slots);
    expect(one?.mirrored).not.toBe(other?.mirrored);
    const [a, b] = [one?.placement, other?.placement];
    expect([a?.x, a?.y]).toEqual([1 - (b?.x ?? NaN), 1 - (b?.y ?? NaN)]);
  });

  it('is the order in which adaptive runs them', () => {
    const plan = planCrops({ policy: 'adaptive', upTo: policy, agreement: 0.99 }, IMAGE, SPEC);
    expect(plan.crops.slice(0, 8).map(({ mirrored }) => mirrored)).toEqual(
      bestFirst(policy, slots)
        .slice(0, 8)
        .map(({ mirrored }) => mirrored),
    );
  });

  it('refuses what are not all crops of the policy', () => {
    expect(() => bestFirst(policy, slots.slice(1))).toThrow(/^Expected \d+ crops of/);
  });
});
