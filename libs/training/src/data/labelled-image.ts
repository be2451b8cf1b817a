/** An image whose class somebody has told. */
export interface LabelledImage {
  /** What the image is called where it was listed: a path below the folder, or what the manifest says. */
  readonly id: string;
  readonly label: string;
  /** `file:`, `s3:`, `https:` or `http:` */
  readonly url: string;
}

/** Told of an image that was met and belongs to no class, by its id. */
export type OnUnlabelled = (id: string) => void;

/** An image's id as it may be shown: without the query of a URL, which may hold a signature. */
export function shownId(id: string): string {
  return id.replace(/^([a-z][a-z0-9+.-]*:\/\/[^?#]*)[?#].*$/is, '$1').replace(/\p{Cc}/gu, '?');
}
