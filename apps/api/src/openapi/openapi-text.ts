import { buildOpenApiDocument } from './openapi-document.js';

/** The OpenAPI document as docs/openapi.json holds it. */
export function openApiText(): string {
  return `${JSON.stringify(buildOpenApiDocument(), null, 2)}\n`;
}
