import type { Attack } from './attack.js';
import { ADDRESS_ATTACKS } from './attacks/addresses.js';

/** Every attack. A new one is a line in its file of `attacks/`; a new file is a line here. */
export const ATTACKS: readonly Attack[] = [...ADDRESS_ATTACKS];
