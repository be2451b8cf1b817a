import type { ItemResult } from '@cropline/contracts';

/** Knows what each picture was classified as the first time: it may never be classified as anything else. */
export class LabelMemory {
  readonly #labels = new Map<string, string>();

  /** What is wrong with a result, by what was seen before it; null when nothing is. */
  faultOf(result: ItemResult): string | null {
    if (result.status !== 'succeeded') return null;
    const label = result.predictions[0]?.label ?? '';
    const key = `${result.image.digest} ${result.crops.policy}`;
    const known = this.#labels.get(key);
    this.#labels.set(key, known ?? label);
    if (known === undefined || known === label) return null;
    return `Item ${result.id} is a picture that was ${known} before, and is ${label} now.`;
  }
}
