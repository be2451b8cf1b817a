import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { BatchService } from '@cropline/queue';
import type { Request, Response } from 'express';
import { resultLinesQuerySchema, resultsQuerySchema } from '../http/queries.js';
import { SchemaPipe } from '../http/schema-pipe.js';
import { streamLines } from '../http/stream-lines.js';
import { BATCH_SERVICE } from '../service-tokens.js';

const NDJSON = 'application/x-ndjson';
const pageQuery = new SchemaPipe(resultsQuerySchema);
const linesQuery = new SchemaPipe(resultLinesQuerySchema);

/** The results of a batch: a page of JSON, or all there are now as NDJSON. */
@Controller('v1/batches/:id/results')
export class ResultsController {
  readonly #batches: BatchService;

  constructor(@Inject(BATCH_SERVICE) batches: BatchService) {
    this.#batches = batches;
  }

  @Get()
  async results(
    @Param('id') id: string,
    @Query() query: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    response.vary('Accept');
    if (request.accepts(['application/json', NDJSON]) === NDJSON) {
      const { status } = linesQuery.transform(query);
      await streamLines(this.#batches.resultLines(id, status), NDJSON, request, response);
    } else {
      response.json(await this.#batches.results(id, pageQuery.transform(query)));
    }
  }
}
