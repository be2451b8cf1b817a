/** The `code` of an error of Node, undici or the AWS SDK (`ECONNRESET`, `UND_ERR_SOCKET`), if it has one. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The codes of a certificate or protocol that the next attempt would meet again. */
export const UNTRUSTED = /CERT|SIGNATURE|SELF_SIGNED|^ERR_TLS|^ERR_SSL|^EPROTO$/;
