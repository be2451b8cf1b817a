import type { CropPolicyName, Precision } from '@cropline/contracts';

/** What every bench is run with. */
export interface BenchOptions {
  /** How often each contender is measured; the median counts. */
  readonly rounds: number;
  /** A folder of images; null where the bench draws its own. */
  readonly images: string | null;
  /** The policy to run; null for the bench's own choice. */
  readonly crops: CropPolicyName | null;
  /** What the classifier of `policies` computes with. */
  readonly precision: Precision;
  /** Items of the batch of `bulk`; null for its own choice. */
  readonly items: number | null;
  /** Workers of `bulk`; null for its own choice. */
  readonly workers: number | null;
  /** Told of every sample as it is taken. */
  readonly onLine: (line: string) => void;
}
