import { fileURLToPath } from 'node:url';
import type { Attack } from '../attack.js';
import { childLines } from '../child-lines.js';
import { REBINDING_MODES, type RebindingMode } from '../children/rebinding-modes.js';
import { sharedPart } from '../shared-part.js';

const CHILD = fileURLToPath(new URL('../children/rebinding-child.js', import.meta.url));

/** What came of each mode, in the child's order. */
const outcomes = sharedPart(
  () => childLines([CHILD]),
  () => Promise.resolve(),
);

const attack = (mode: RebindingMode, name: string, expected: string): Attack => ({
  name,
  area: 'addresses',
  expected,
  run: async () => (await outcomes())[REBINDING_MODES.indexOf(mode)] ?? 'nothing came',
});

/** Names whose server answers each look-up otherwise; their process has a resolver that does. */
export const REBINDING_ATTACKS: readonly Attack[] = [
  attack(
    'alternating',
    'image host whose name is at an allowed address, then at an inner one',
    'connected to the checked address',
  ),
  attack(
    'both',
    'image host whose name is at an inner and at an allowed address',
    'connected to the checked address',
  ),
  attack('inner', 'image host whose name is at inner addresses', 'IMAGE_ADDRESS_BLOCKED'),
  attack('webhook', 'webhook host whose name is at inner addresses', 'IMAGE_ADDRESS_BLOCKED'),
];
