/**
 * A key as the path of a URL, encoded as S3 signs it: every byte but unreserved characters and slashes.
 *
 * @example
 * objectPath('2026/my cat.jpg'); // '/2026/my%20cat.jpg'
 */
export function objectPath(key: string): string {
  const segment = (text: string): string =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  return `/${key.split('/').map(segment).join('/')}`;
}
