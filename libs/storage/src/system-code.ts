/** The `code` of an error of Node, undici or the AWS SDK (`ECONNRESET`, `UND_ERR_SOCKET`), if it has one. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
