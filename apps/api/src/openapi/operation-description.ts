import type { ErrorCode, Scope } from '@cropline/contracts';
import type { z } from 'zod';

/** One endpoint as the document describes it. `schema` names a component. */
export interface OperationDescription {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  readonly id: string;
  readonly tag: 'Batches' | 'Results' | 'Classifications' | 'Uploads' | 'Admin' | 'Health';
  /** The scope that a key needs for it; `open` asks nobody who they are. */
  readonly scope: Scope | 'open';
  readonly summary: string;
  readonly description?: string;
  readonly query?: z.ZodObject;
  /** Whether it takes an `Idempotency-Key`. */
  readonly idempotent?: true;
  /** Content types of the body; `binary` is the bytes themselves. */
  readonly body?: Readonly<Record<string, { schema: string } | 'binary'>>;
  /** Whether it may be left out. */
  readonly bodyOptional?: true;
  readonly answers: Readonly<Record<number, AnswerDescription>>;
  /** The codes of its own; those of any request are added. */
  readonly errors: readonly ErrorCode[];
}

/** One successful answer. */
export interface AnswerDescription {
  readonly description: string;
  /** Left out of an answer that is not JSON, or has no body. */
  readonly schema?: string;
  /** The type of an answer that is text of another kind. */
  readonly text?: string;
  /** Also as NDJSON, one of these a line. */
  readonly lines?: string;
  /** Also as bytes of these content types. */
  readonly files?: readonly string[];
  /** What its Location names. */
  readonly location?: string;
}
