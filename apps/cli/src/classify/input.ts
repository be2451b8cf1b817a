import { pathToFileURL } from 'node:url';
import type { ErrorCode, Item } from '@cropline/contracts';

/** What an argument came to: an image to classify, or something that cannot be one. */
export type Input =
  | { readonly kind: 'image'; readonly item: Item }
  | {
      readonly kind: 'fault';
      readonly item: Item;
      readonly code: Extract<ErrorCode, 'INPUT_NOT_FOUND' | 'IMAGE_ACCESS_DENIED'>;
      readonly message: string;
    };

/** The item of a local file: its id is the path as it was given or found, its URL the absolute one. */
export function fileItem(path: string): Item {
  return { id: path, url: pathToFileURL(path).href };
}
