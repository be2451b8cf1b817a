import { Body, Controller, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import {
  classificationRequestSchema,
  CroplineError,
  type Classification,
  type ClassificationAccepted,
  type ClassifyOptions,
} from '@cropline/contracts';
import type { BatchService, ClassificationInput, ClassificationOutcome } from '@cropline/queue';
import type { Request, Response } from 'express';
import { batchesOf } from '../access/batches-of.js';
import { noQuerySchema, uploadQuerySchema } from '../http/queries.js';
import { SchemaPipe } from '../http/schema-pipe.js';
import { BATCH_SERVICE, STOPPING } from '../service-tokens.js';

const noQuery = new SchemaPipe(noQuerySchema);
const uploadQuery = new SchemaPipe(uploadQuerySchema);
const jsonBody = new SchemaPipe(classificationRequestSchema);

/** One image now, ahead of all batches: a URL as JSON, or the image itself. */
@Controller('v1/classifications')
export class ClassificationsController {
  readonly #batches: BatchService;
  readonly #stopping: AbortSignal;

  constructor(
    @Inject(BATCH_SERVICE) batches: BatchService,
    @Inject(STOPPING) stopping: AbortSignal,
  ) {
    this.#batches = batches;
    this.#stopping = stopping;
  }

  @Post()
  @HttpCode(200)
  async classify(
    @Req() request: Request,
    @Query() query: unknown,
    @Body() body: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Classification | ClassificationAccepted> {
    const { input, options, waitMs } = readRequest(request, query, body);
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    // An API that stops does not keep its callers waiting: they get 202 and poll the next one.
    const signal = AbortSignal.any([gone.signal, this.#stopping]);
    const batches = batchesOf(request, this.#batches);
    const outcome = await batches.classify(input, options, waitMs, signal);
    return answerOf(outcome, response);
  }
}

interface ClassificationCall {
  readonly input: ClassificationInput;
  readonly options: ClassifyOptions;
  readonly waitMs: number;
}

function readRequest(request: Request, query: unknown, body: unknown): ClassificationCall {
  if (!Buffer.isBuffer(body)) {
    noQuery.transform(query);
    const { url, options, waitMs } = jsonBody.transform(body);
    return { input: { url }, options, waitMs };
  }
  const { waitMs, ...options } = uploadQuery.transform(query);
  if (body.length === 0) {
    throw new CroplineError('IMAGE_EMPTY', 'Expected the bytes of an image, but received none.');
  }
  const contentType = (request.headers['content-type'] ?? '').replace(/;.*$/su, '').trim();
  return { input: { bytes: body, contentType: contentType.toLowerCase() }, options, waitMs };
}

function answerOf(
  { batchId, itemId, result }: ClassificationOutcome,
  response: Response,
): Classification | ClassificationAccepted {
  switch (result?.status) {
    case 'succeeded':
      return { batchId, result };
    case 'failed':
      throw new CroplineError(result.error.code, result.error.message, {
        retryable: result.error.retryable,
      });
    case 'cancelled':
      throw new CroplineError(
        'BATCH_STATE_CONFLICT',
        `The classification ${batchId} was cancelled before the image was run.`,
      );
    case undefined: {
      const url = `/v1/batches/${encodeURIComponent(batchId)}/items/${encodeURIComponent(itemId)}`;
      response.status(202).setHeader('Location', url);
      return { batchId, itemId, url };
    }
  }
}
