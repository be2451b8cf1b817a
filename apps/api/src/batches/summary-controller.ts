import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import type { BatchSummary } from '@cropline/contracts';
import type { BatchService } from '@cropline/queue';
import type { Request } from 'express';
import { batchesOf } from '../access/batches-of.js';
import { noQuerySchema } from '../http/queries.js';
import { SchemaPipe } from '../http/schema-pipe.js';
import { BATCH_SERVICE } from '../service-tokens.js';

/** What the outcomes of a batch come to. */
@Controller('v1/batches/:id/summary')
export class SummaryController {
  readonly #batches: BatchService;

  constructor(@Inject(BATCH_SERVICE) batches: BatchService) {
    this.#batches = batches;
  }

  @Get()
  summary(
    @Query(new SchemaPipe(noQuerySchema)) _query: object,
    @Param('id') id: string,
    @Req() request: Request,
  ): Promise<BatchSummary> {
    return batchesOf(request, this.#batches).summary(id);
  }
}
