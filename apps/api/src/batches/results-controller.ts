import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { BatchService, ResultsFormat } from '@cropline/queue';
import type { Request, Response } from 'express';
import { batchesOf } from '../access/batches-of.js';
import { resultFileQuerySchema, resultsQuerySchema } from '../http/queries.js';
import { SchemaPipe } from '../http/schema-pipe.js';
import { BATCH_SERVICE } from '../service-tokens.js';
import { sendResultFile } from './send-result-file.js';

const JSON_TYPE = 'application/json';
/** What results are sent as a file as. */
const FILE_TYPES: Readonly<Record<ResultsFormat, string>> = {
  jsonl: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8; header=present',
  parquet: 'application/vnd.apache.parquet',
};
const FORMATS = Object.keys(FILE_TYPES) as ResultsFormat[];
const pageQuery = new SchemaPipe(resultsQuerySchema);
const fileQuery = new SchemaPipe(resultFileQuerySchema);

/** The results of a batch: a page of JSON, or all there are now as a file. */
@Controller('v1/batches/:id/results')
export class ResultsController {
  readonly #batches: BatchService;

  constructor(@Inject(BATCH_SERVICE) batches: BatchService) {
    this.#batches = batches;
  }

  @Get()
  async results(
    @Param('id') id: string,
    @Query() query: Readonly<Record<string, unknown>>,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const batches = batchesOf(request, this.#batches);
    response.vary('Accept');
    const accepted = acceptedFormat(request);
    if (query['format'] === undefined && accepted === null) {
      response.json(await batches.results(id, pageQuery.transform(query)));
      return;
    }
    const { format, ...asked } = fileQuery.transform({ format: accepted, ...query });
    const file = await batches.resultFile(id, { format, ...asked });
    const facts = { name: `${id}.${format}`, type: FILE_TYPES[format] };
    await sendResultFile(file, facts, request, response);
  }
}

/** The format that the request would rather have than a page of JSON. */
function acceptedFormat(request: Request): ResultsFormat | null {
  const types = FORMATS.map((format) => bareType(FILE_TYPES[format]));
  const best = request.accepts([JSON_TYPE, ...types]);
  return FORMATS.find((format) => bareType(FILE_TYPES[format]) === best) ?? null;
}

function bareType(type: string): string {
  return type.replace(/;.*$/u, '');
}
