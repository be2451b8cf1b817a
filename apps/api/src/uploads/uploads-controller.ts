import { Body, Controller, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { uploadRequestSchema, type UploadList, type UploadRequest } from '@cropline/contracts';
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
    @Query(new SchemaPipe(noQuerySchema)) _query: object,
    @Body(new SchemaPipe(uploadRequestSchema)) { files }: UploadRequest,
  ): Promise<UploadList> {
    return { files: await this.#uploads.plan(files) };
  }
}
