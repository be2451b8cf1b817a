import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { buildOpenApiDocument } from './openapi-document.js';

/** Where the reference is. */
export const DOCS_PATH = '/docs';

/** Serves the reference: /docs for people (Swagger UI), /docs/openapi.json for programs. */
export function serveDocs(app: NestExpressApplication): void {
  // Nest's type describes OpenAPI 3.0 schemas; the page itself reads 3.1.
  const document = buildOpenApiDocument() as unknown as OpenAPIObject;
  SwaggerModule.setup(DOCS_PATH, app, document, {
    jsonDocumentUrl: 'docs/openapi.json',
    raw: ['json'],
    customSiteTitle: 'Cropline API',
  });
}
