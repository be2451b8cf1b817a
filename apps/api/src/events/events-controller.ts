import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { BatchService } from '@cropline/queue';
import type { Request, Response } from 'express';
import { batchesOf } from '../access/batches-of.js';
import { callerOf } from '../access/caller-of.js';
import { noQuerySchema } from '../http/queries.js';
import { SchemaPipe } from '../http/schema-pipe.js';
import { BATCH_SERVICE, STOPPING } from '../service-tokens.js';
import { BatchFeeds } from './batch-feeds.js';
import { sendEvents } from './event-stream.js';

const noQuery = new SchemaPipe(noQuerySchema);

/** A batch as it goes on, as server-sent events. */
@Controller('v1/batches/:id/events')
export class EventsController {
  readonly #batches: BatchService;
  readonly #feeds: BatchFeeds;
  readonly #stopping: AbortSignal;

  constructor(
    @Inject(BATCH_SERVICE) batches: BatchService,
    @Inject(STOPPING) stopping: AbortSignal,
  ) {
    this.#batches = batches;
    this.#feeds = new BatchFeeds(batches);
    this.#stopping = stopping;
  }

  @Get()
  async events(
    @Query(noQuery) _query: object,
    @Param('id') id: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    // Those who may see a batch share one feed of it.
    if (callerOf(request) !== null) await batchesOf(request, this.#batches).get(id);
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const left = AbortSignal.any([gone.signal, this.#stopping]);
    await sendEvents(this.#feeds.follow(id, left), { request, response, left });
  }
}
