import { createImageSource, createObjectStore } from '@cropline/storage';
import type { Attack } from '../attack.js';
import { outcomeOf } from '../outcome-of.js';

/** What must not be fetched, however its address is written. */
const URLS = ['http://127.0.0.1/', 'http://0x7f000001/', 'http://[::ffff:127.0.0.1]/'];

function fetchAttack(url: string): Attack {
  return {
    name: `image URL ${url}`,
    area: 'addresses',
    expected: 'IMAGE_ADDRESS_BLOCKED',
    run: async () => {
      const store = createObjectStore({ region: 'us-east-1' });
      const source = createImageSource({ store, maxBytes: 1024, timeoutMs: 5000, attempts: 1 });
      try {
        return await outcomeOf(() => source.fetch(url));
      } finally {
        await source.close();
        store.close();
      }
    },
  };
}

/** Addresses of inner networks, as URLs of images. */
export const ADDRESS_ATTACKS: readonly Attack[] = URLS.map(fetchAttack);
