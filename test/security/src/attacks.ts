import type { Attack } from './attack.js';
import { ADDRESS_ATTACKS } from './attacks/addresses.js';
import { KEY_ATTACKS } from './attacks/keys.js';
import { IMAGE_ATTACKS } from './attacks/images.js';
import { BUCKET_ATTACKS } from './attacks/buckets.js';
import { FILE_URL_ATTACKS } from './attacks/file-urls.js';
import { MODEL_ATTACKS } from './attacks/models.js';
import { OPEN_API_ATTACKS } from './attacks/open-api.js';
import { REBINDING_ATTACKS } from './attacks/rebinding.js';
import { REDIRECT_ATTACKS } from './attacks/redirects.js';
import { REQUEST_ATTACKS } from './attacks/requests.js';
import { TRANSPORT_ATTACKS } from './attacks/transport.js';

/** Every attack. A new one is a line in its file of `attacks/`; a new file is a line here. */
export const ATTACKS: readonly Attack[] = [
  ...ADDRESS_ATTACKS,
  ...REDIRECT_ATTACKS,
  ...REBINDING_ATTACKS,
  ...FILE_URL_ATTACKS,
  ...KEY_ATTACKS,
  ...OPEN_API_ATTACKS,
  ...BUCKET_ATTACKS,
  ...IMAGE_ATTACKS,
  ...MODEL_ATTACKS,
  ...REQUEST_ATTACKS,
  ...TRANSPORT_ATTACKS,
];
