import { joinS3Url } from '@cropline/storage';

/** Where a tenant puts files of its own, below the output of the service; null for nobody's. */
export function uploadsFolder(outputUrl: string, tenant: string | null): string {
  const folder = joinS3Url(outputUrl, 'uploads');
  return tenant === null ? folder : joinS3Url(folder, encodeURIComponent(tenant));
}
