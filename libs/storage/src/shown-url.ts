/** The most characters of a URL that a message repeats. */
const SHOWN_LENGTH = 200;

/**
 * What may be told of a URL in a message or a log: its scheme, host and path. User, password, query and
 * fragment are left out, for they carry keys and signatures; of what has no host, only the scheme is told.
 *
 * @example
 * shownUrl('https://me:secret@host/cat.jpg?X-Amz-Signature=…'); // 'https://host/cat.jpg'
 */
export function shownUrl(text: string): string {
  const shown = /^s3:/i.test(text) ? shownS3(text) : shownWeb(text);
  return shown.length > SHOWN_LENGTH ? `${shown.slice(0, SHOWN_LENGTH)}…` : shown;
}

/** An s3 key is shown as it stands, where the URL parser would encode it. */
function shownS3(text: string): string {
  return /^s3:\/\/[\w.-]*(?![^/?#])[^?#]*/i.exec(text)?.[0] ?? 's3:…';
}

function shownWeb(text: string): string {
  if (URL.canParse(text)) {
    const { protocol, host, pathname } = new URL(text);
    if (host !== '' || protocol === 'file:') return `${protocol}//${host}${pathname}`;
  }
  const [scheme = ''] = /^[a-z][a-z0-9+.-]*:/i.exec(text) ?? [];
  return `${scheme}…`;
}
