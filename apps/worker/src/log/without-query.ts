/** A URL for a log: without its query, where signatures and tokens are, and without a password. */
export function withoutQuery(url: string): string {
  if (!URL.canParse(url)) return url.replace(/[?#].*$/su, '');
  const parsed = new URL(url);
  parsed.search = '';
  parsed.hash = '';
  parsed.username = '';
  parsed.password = '';
  return parsed.href;
}
