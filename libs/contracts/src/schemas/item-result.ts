import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../errors/error-codes.js';
import { usedCropsSchema } from './crops.js';
import { precisionSchema } from './precision.js';

/** One class an image may show. `score` is the mean softmax over its crops, from 0 to 1. */
export const predictionSchema = z
  .object({ classIndex: z.int().min(0), label: z.string(), score: z.number().min(0).max(1) })
  .meta({ id: 'Prediction' });
export type Prediction = z.infer<typeof predictionSchema>;

/** The model a result came from: its name, the digests of what it is made of, and the numbers it computed with. */
export const modelRefSchema = z
  .object({
    name: z.string(),
    digest: z.string().describe('sha256:… of the weights file'),
    precision: precisionSchema,
    calibration: z
      .string()
      .optional()
      .describe('With int8 only: sha256:… of the ranges that it was calibrated to'),
  })
  .meta({ id: 'ModelRef' });
export type ModelRef = z.infer<typeof modelRefSchema>;

/** The image as it was read: size in pixels after its EXIF orientation, bytes, sha256 of the bytes. */
export const imageFactsSchema = z
  .object({
    width: z.int().positive(),
    height: z.int().positive(),
    bytes: z.int().positive(),
    format: z.string(),
    digest: z.string().describe('sha256:… of the bytes'),
  })
  .meta({ id: 'ImageFacts' });
export type ImageFacts = z.infer<typeof imageFactsSchema>;

/** Milliseconds an item spent in each stage, from the worker's clock. Stages of different items overlap. */
export const timingsSchema = z
  .object({
    fetch: z.number().min(0).describe('getting the bytes'),
    decode: z.number().min(0).describe('decoding, orienting, resizing and cutting crops'),
    queue: z.number().min(0).describe('crops waiting for a device batch'),
    infer: z.number().min(0).describe('on the device'),
    total: z.number().min(0),
  })
  .meta({ id: 'Timings' });
export type Timings = z.infer<typeof timingsSchema>;

/** Why an item has no predictions. */
export const itemErrorSchema = z
  .object({
    code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
    message: z.string(),
    retryable: z.boolean(),
    attempts: z.int().min(0).describe('How often it was tried'),
  })
  .meta({ id: 'ItemError' });
export type ItemError = z.infer<typeof itemErrorSchema>;

/** An outcome that an item had before it was run again. */
export const earlierOutcomeSchema = z
  .object({
    round: z.int().min(1),
    status: z.enum(['failed', 'cancelled']),
    code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]).optional(),
    attempts: z.int().min(0).describe('How often it was tried in that round'),
  })
  .meta({ id: 'EarlierOutcome' });
export type EarlierOutcome = z.infer<typeof earlierOutcomeSchema>;

const identity = { id: z.string(), url: z.string() };
const earlier = z
  .array(earlierOutcomeSchema)
  .optional()
  .describe('What came of it before it was run again, oldest first');
const round = z
  .int()
  .min(2)
  .optional()
  .describe('The round that this came of; left out for the first, the batch itself');

/** An item that was classified. */
export const succeededItemSchema = z
  .object({
    ...identity,
    status: z.literal('succeeded'),
    predictions: z.array(predictionSchema).min(1),
    crops: usedCropsSchema,
    model: modelRefSchema,
    image: imageFactsSchema,
    timingsMs: timingsSchema,
    version: z.string().describe('The version of Cropline that made it'),
    round,
    earlier,
  })
  .meta({ id: 'SucceededItem' });
export type SucceededItem = z.infer<typeof succeededItemSchema>;

/** An item that ended without predictions through a fault of its own or of its source. */
export const failedItemSchema = z
  .object({ ...identity, status: z.literal('failed'), error: itemErrorSchema, round, earlier })
  .meta({ id: 'FailedItem' });
export type FailedItem = z.infer<typeof failedItemSchema>;

/** Why an item was not run. */
export const cancelReasonSchema = z.enum(['cancelled', 'expired', 'error_threshold']);
export type CancelReason = z.infer<typeof cancelReasonSchema>;

/** An item that was not run because its batch was stopped. */
export const cancelledItemSchema = z
  .object({
    ...identity,
    status: z.literal('cancelled'),
    reason: cancelReasonSchema,
    round,
    earlier,
  })
  .meta({ id: 'CancelledItem' });
export type CancelledItem = z.infer<typeof cancelledItemSchema>;

/** An item that has no outcome yet; only GET …/items/{itemId} shows it. */
export const pendingItemSchema = z
  .object({ ...identity, status: z.literal('pending') })
  .meta({ id: 'PendingItem' });

/** One line of a part or of results.jsonl: the one outcome of one item. */
export const itemResultSchema = z
  .discriminatedUnion('status', [succeededItemSchema, failedItemSchema, cancelledItemSchema])
  .meta({ id: 'ItemResult' });
export type ItemResult = z.infer<typeof itemResultSchema>;

/** What GET …/items/{itemId} answers: an outcome, or that there is none yet. */
export const itemStateSchema = z
  .discriminatedUnion('status', [
    succeededItemSchema,
    failedItemSchema,
    cancelledItemSchema,
    pendingItemSchema,
  ])
  .meta({ id: 'ItemState' });
export type ItemState = z.infer<typeof itemStateSchema>;
