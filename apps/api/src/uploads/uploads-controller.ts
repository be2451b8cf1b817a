import { Body, Controller, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import { uploadRequestSchema, type UploadList, type UploadRequest } from '@cropline/contracts';
import type { Request } from 'express';
import { callerOf } from '../access/caller-of.js';
import { noQuerySchema } from '../http/queries.js';
import { SchemaPipe } from '../http/schema-pipe.js';
import { UPLOADS } from '../service-tokens.js';
import { Uploads } from './uploads.js';

/** Permissions to put files into the bucket. */
@Controller('v1/uploads')
export class UploadsController {
  readonly #uploads: Uploads;

  constructor(@Inject(UPLOADS) uploads: Uploads) {
    this.#uploads = uploads;
  }

  @Post()
  @HttpCode(200)
  async plan(
    @Req() request: Request,
    @Query(new SchemaPipe(noQuerySchema)) _query: object,
    @Body(new SchemaPipe(uploadRequestSchema)) { files }: UploadRequest,
  ): Promise<UploadList> {
    return { files: await this.#uploads.plan(callerOf(request)?.tenant ?? null, files) };
  }
}
