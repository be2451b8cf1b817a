export { isTenantName, keyState, type ApiKey, type KeyState } from './api-key.js';
export { KeyAdmin, type KeyRequest, type MadeKey } from './key-admin.js';
export { KeyRing, type KeyRingTimes } from './key-ring.js';
export { withoutSecrets } from './key-text.js';
export { accessUrlOf, KeyStore } from './key-store.js';
