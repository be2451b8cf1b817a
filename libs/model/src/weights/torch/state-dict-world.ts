import type { PickleWorld } from './pickle-world.js';
import { TorchFileFault } from './torch-file-fault.js';
import { ELEMENT_BYTES, TorchStorage, TorchTensor, type ElementStorage } from './torch-tensor.js';

/** What a name that is allowed stands for. */
type Allowed = { readonly kind: 'dictionary' | 'tensor' } | ElementType;

interface ElementType {
  readonly kind: 'element-type';
  readonly type: ElementStorage;
}

/** A tensor's dimensions; PyTorch allows 64, a network needs 4. */
const MOST_DIMENSIONS = 8;

const ALLOWED: ReadonlyMap<unknown, Allowed> = new Map<unknown, Allowed>([
  ['collections.OrderedDict', { kind: 'dictionary' }],
  ['torch._utils._rebuild_tensor_v2', { kind: 'tensor' }],
  ...(Object.keys(ELEMENT_BYTES) as ElementStorage[]).map(
    (type) => [`torch.${type}`, { kind: 'element-type', type }] as [string, Allowed],
  ),
]);
const STANDING_FOR: ReadonlySet<unknown> = new Set(ALLOWED.values());

/**
 * What the pickle of a state_dict of tensors may name, and nothing else: ordered dictionaries, tensors, and
 * storages of float32, float16, bfloat16 and int64. Storages come as `TorchStorage`, tensors as `TorchTensor`.
 */
export const STATE_DICT_WORLD: PickleWorld = {
  global(module, name) {
    const allowed = ALLOWED.get(`${module}.${name}`);
    if (allowed !== undefined) return allowed;
    throw new TorchFileFault(
      `it names ${JSON.stringify(`${module}.${name}`.slice(0, 100))}, which is no part of a state_dict of float tensors; nothing of it was run`,
    );
  },
  call(callee, args) {
    if (isAllowed(callee) && callee.kind === 'dictionary' && args.length === 0) return new Map();
    if (isAllowed(callee) && callee.kind === 'tensor') return tensorOf(args);
    throw new TorchFileFault('its pickle calls what is no part of a state_dict; nothing was run');
  },
  persistent: storageOf,
};

function isAllowed(value: unknown): value is Allowed {
  return STANDING_FOR.has(value);
}

/** `('storage', type, key, device, length)`; files before PyTorch 1.6 have a view at the end, which is None. */
function storageOf(id: unknown): TorchStorage {
  if (!Array.isArray(id) || id.length < 5 || id.length > 6) throw storageFault();
  const [kind, type, key, , length, view = null] = id as readonly unknown[];
  if (kind !== 'storage' || typeof key !== 'string' || !isCount(length) || view !== null) {
    throw storageFault();
  }
  if (!isAllowed(type) || type.kind !== 'element-type') throw storageFault();
  return new TorchStorage(type.type, key, length);
}

/** `(storage, offset, shape, strides, requires_grad, hooks, …)`. */
function tensorOf([storage, offset, shape, strides]: readonly unknown[]): TorchTensor {
  if (
    !(storage instanceof TorchStorage) ||
    !isCount(offset) ||
    !isCounts(shape) ||
    !isCounts(strides) ||
    shape.length !== strides.length ||
    shape.length > MOST_DIMENSIONS
  ) {
    throw new TorchFileFault('it describes a tensor that cannot be');
  }
  return new TorchTensor(storage, offset, shape, strides);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(isCount);
}

function storageFault(): TorchFileFault {
  return new TorchFileFault('it describes a storage that cannot be');
}
