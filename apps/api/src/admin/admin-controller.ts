import { Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import type { Reconciliation } from '@cropline/contracts';
import type { BatchService } from '@cropline/queue';
import { noQuerySchema } from '../http/queries.js';
import { SchemaPipe } from '../http/schema-pipe.js';
import { BATCH_SERVICE } from '../service-tokens.js';

const noQuery = new SchemaPipe(noQuerySchema);

/** What operators ask of the service as a whole. */
@Controller('v1/admin')
export class AdminController {
  readonly #batches: BatchService;

  constructor(@Inject(BATCH_SERVICE) batches: BatchService) {
    this.#batches = batches;
  }

  @Post('reconcile')
  @HttpCode(202)
  reconcile(@Query() query: unknown): Promise<Reconciliation> {
    noQuery.transform(query);
    return this.#batches.reconcile();
  }

  @Get('reconcile')
  reconciliation(@Query() query: unknown): Promise<Reconciliation> {
    noQuery.transform(query);
    return this.#batches.reconciliation();
  }
}
