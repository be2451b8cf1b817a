import type { Backend, Precision } from '@cropline/contracts';
import type { Device, SurveyedRuntime } from '@cropline/model';

/** What is wrong, in the words of an error. */
export interface Fault {
  readonly code: string;
  readonly message: string;
}

/** What a worker with these settings would get, or why it would not start. */
export type WorkerOutlook =
  | {
      readonly backend: Backend;
      /** What computes, in words. */
      readonly runtime: string;
      readonly device: Device;
      readonly precision: Precision;
      /** Why this and no other. */
      readonly because: string;
    }
  | { readonly fault: Fault };

/** What there is of the model. */
export type ModelOutlook =
  | {
      readonly name: string;
      /** What became of its weights in the cache, or where they lie. */
      readonly weights: 'intact' | 'missing' | 'damaged';
      readonly path: string;
      readonly graphPath: string | null;
      readonly sources: readonly string[];
    }
  | { readonly fault: Fault };

/** A server that workers talk to. */
export interface ServerOutlook {
  readonly name: 'Redis' | 'S3';
  /** Its address without secrets. */
  readonly address: string;
  /** Why it cannot be reached, as the end of a sentence; null when it answered. */
  readonly absence: string | null;
}

/** All that `cropline doctor` finds. */
export interface Examination {
  readonly ok: boolean;
  readonly version: string;
  readonly node: string;
  /** The cores that inference may use. */
  readonly cores: number;
  readonly worker: WorkerOutlook;
  readonly runtimes: readonly SurveyedRuntime[];
  readonly model: ModelOutlook;
  /** Where models are kept, and whether it can be written. */
  readonly cache: { readonly dir: string; readonly writable: boolean };
  /** Those that the environment names. */
  readonly servers: readonly ServerOutlook[];
}
