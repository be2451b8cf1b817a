import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import {
  retryRequestSchema,
  type Batch,
  type BatchEstimate,
  type BatchPage,
  type CreateBatchRequest,
  type ItemState,
  type RetryRequest,
} from '@cropline/contracts';
import type { BatchService } from '@cropline/queue';
import type { Request, Response } from 'express';
import { batchesOf } from '../access/batches-of.js';
import { itemListOf } from '../http/item-lists.js';
import { batchListQuerySchema, noQuerySchema, type BatchListQuery } from '../http/queries.js';
import { SchemaPipe } from '../http/schema-pipe.js';
import { BATCH_SERVICE } from '../service-tokens.js';
import { CreateBatchPipe } from './create-batch-pipe.js';
import { idempotencyKeyOf } from './idempotency-key.js';
import { listSettings } from './list-settings.js';

const noQuery = new SchemaPipe(noQuerySchema);
const jsonBody = new CreateBatchPipe();
const retryBody = new SchemaPipe(retryRequestSchema);

/** Batches: submit, look, list, cancel, retry, delete. */
@Controller('v1/batches')
export class BatchesController {
  readonly #batches: BatchService;

  constructor(@Inject(BATCH_SERVICE) batches: BatchService) {
    this.#batches = batches;
  }

  @Post()
  @HttpCode(202)
  async create(
    @Req() request: Request,
    @Query() query: unknown,
    @Body() body: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Batch | BatchEstimate> {
    const batches = batchesOf(request, this.#batches);
    const list = itemListOf(request);
    const settings = list === undefined ? readBody(query, body) : listSettings(query);
    if (settings.dryRun === true) {
      response.status(200);
      return batches.estimate(settings, list);
    }
    const idempotencyKey = idempotencyKeyOf(request);
    const { batch, replayed } = await batches.submit(settings, { list, idempotencyKey });
    response.setHeader('Location', `/v1/batches/${encodeURIComponent(batch.id)}`);
    if (replayed) response.setHeader('Idempotent-Replayed', 'true');
    return batch;
  }

  @Get()
  list(
    @Query(new SchemaPipe(batchListQuerySchema)) query: BatchListQuery,
    @Req() request: Request,
  ): Promise<BatchPage> {
    return batchesOf(request, this.#batches).list(query);
  }

  @Get(':id')
  get(
    @Query(noQuery) _query: object,
    @Param('id') id: string,
    @Req() request: Request,
  ): Promise<Batch> {
    return batchesOf(request, this.#batches).get(id);
  }

  @Post(':id/cancel')
  @HttpCode(202)
  cancel(
    @Query(noQuery) _query: object,
    @Param('id') id: string,
    @Req() request: Request,
  ): Promise<Batch> {
    return batchesOf(request, this.#batches).cancel(id);
  }

  @Post(':id/retry')
  @HttpCode(202)
  retry(
    @Query(noQuery) _query: object,
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: Request,
  ): Promise<Batch> {
    const what: RetryRequest = retryBody.transform(body === undefined ? {} : body);
    return batchesOf(request, this.#batches).retry(id, what);
  }

  @Delete(':id')
  @HttpCode(204)
  async delete(
    @Query(noQuery) _query: object,
    @Param('id') id: string,
    @Req() request: Request,
  ): Promise<void> {
    await batchesOf(request, this.#batches).delete(id);
  }

  @Get(':id/items/:itemId')
  item(
    @Query(noQuery) _query: object,
    @Param('id') id: string,
    @Param('itemId') itemId: string,
    @Req() request: Request,
  ): Promise<ItemState> {
    return batchesOf(request, this.#batches).item(id, itemId);
  }
}

function readBody(query: unknown, body: unknown): CreateBatchRequest {
  noQuery.transform(query);
  return jsonBody.transform(body);
}
