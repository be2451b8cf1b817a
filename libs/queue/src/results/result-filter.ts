import type { ItemResult } from '@cropline/contracts';

/** Which outcomes a reader asks for: those that everything given here holds of. */
export interface ResultsFilter {
  readonly status?: ItemResult['status'] | undefined;
  /**
   * The label of the best prediction, in any case: whole, or one of the names that it lists, as `tabby` of
   * `tabby, tabby cat`.
   */
  readonly label?: string | undefined;
  /** The least score of the best prediction. */
  readonly minScore?: number | undefined;
}

/** Tells whether an outcome is asked for; null when all of them are. */
export type ResultTest = ((result: ItemResult) => boolean) | null;

/** What a filter comes to. An outcome without predictions has neither a label nor a score. */
export function resultTest({ status, label, minScore }: ResultsFilter): ResultTest {
  if (status === undefined && label === undefined && minScore === undefined) return null;
  const isLabel = label === undefined ? null : labelTest(label);
  return (result) => {
    if (status !== undefined && result.status !== status) return false;
    if (isLabel === null && minScore === undefined) return true;
    const best = result.status === 'succeeded' ? result.predictions[0] : undefined;
    return (
      best !== undefined &&
      (isLabel === null || isLabel(best.label)) &&
      (minScore === undefined || best.score >= minScore)
    );
  };
}

function labelTest(wanted: string): (label: string) => boolean {
  const name = wanted.toLowerCase();
  // A batch has few labels and many outcomes.
  const known = new Map<string, boolean>();
  return (label) => {
    let is = known.get(label);
    if (is === undefined) {
      const whole = label.toLowerCase();
      is = whole === name || whole.split(', ').includes(name);
      known.set(label, is);
    }
    return is;
  };
}
