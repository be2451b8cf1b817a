import type { CropSlot } from './crop-slot.js';

/**
 * The crops of a policy in the order in which they tell the most of what all would say: those in the middle of
 * the picture before those at its ends, the squares and scales in turn.
 */
export function bestFirst(policy: 'ten' | 'googlenet144', slots: readonly CropSlot[]): CropSlot[] {
  const rank = (slot: CropSlot): number => {
    if (policy === 'ten') return slot.placement?.x === 0.5 ? 0 : 1;
    return Math.abs(slot.along - 0.5) * 2 + (slot.placement === null ? 0 : fromCentre(slot));
  };
  return slots
    .map((slot) => ({ slot, rank: rank(slot) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ slot }) => slot);
}

const fromCentre = ({ placement }: CropSlot): number => (placement?.x === 0.5 ? 0.5 : 1.5);
