import type { ByteReader } from './byte-reader.js';
import type { PickleStack } from './pickle-stack.js';
import type { PickleWorld } from './pickle-world.js';
import { TorchFileFault } from './torch-file-fault.js';

/** What an operation works on. */
interface Workplace {
  readonly reader: ByteReader;
  readonly stack: PickleStack;
  readonly world: PickleWorld;
}

type Operation = (at: Workplace) => void;

/** Ends a pickle; the value on the stack is its result. */
export const STOP = 0x2e;

/** The protocol that `torch.save` writes, unless told otherwise. */
const PROTOCOL = 2;

/** What a state_dict needs of the pickle machine, by the byte of each operation. */
export const PICKLE_OPERATIONS: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  // PROTO
  [0x80, ({ reader }) => checkProtocol(reader.uint8())],
  // NONE, NEWTRUE, NEWFALSE
  [0x4e, ({ stack }) => stack.push(null)],
  [0x88, ({ stack }) => stack.push(true)],
  [0x89, ({ stack }) => stack.push(false)],
  // BININT, BININT1, BININT2, LONG1, BINUNICODE
  [0x4a, ({ reader, stack }) => stack.push(reader.int32())],
  [0x4b, ({ reader, stack }) => stack.push(reader.uint8())],
  [0x4d, ({ reader, stack }) => stack.push(reader.uint16())],
  [0x8a, ({ reader, stack }) => stack.push(wholeNumber(reader.take(reader.uint8())))],
  [0x58, ({ reader, stack }) => stack.push(reader.text(reader.uint32()))],
  // EMPTY_TUPLE, TUPLE1, TUPLE2, TUPLE3, TUPLE
  [0x29, ({ stack }) => stack.push([])],
  [0x85, ({ stack }) => stack.push(popped(stack, 1))],
  [0x86, ({ stack }) => stack.push(popped(stack, 2))],
  [0x87, ({ stack }) => stack.push(popped(stack, 3))],
  [0x74, ({ stack }) => stack.push(stack.popToMark())],
  // EMPTY_LIST, APPEND, APPENDS
  [0x5d, ({ stack }) => stack.push([])],
  [0x61, ({ stack }) => append(popped(stack, 1), stack.top())],
  [0x65, ({ stack }) => append(stack.popToMark(), stack.top())],
  // EMPTY_DICT, SETITEM, SETITEMS
  [0x7d, ({ stack }) => stack.push(new Map())],
  [0x73, ({ stack }) => setItems(popped(stack, 2), stack.top())],
  [0x75, ({ stack }) => setItems(stack.popToMark(), stack.top())],
  // MARK, BINPUT, LONG_BINPUT, BINGET, LONG_BINGET
  [0x28, ({ stack }) => stack.mark()],
  [0x71, ({ reader, stack }) => stack.remember(reader.uint8())],
  [0x72, ({ reader, stack }) => stack.remember(reader.uint32())],
  [0x68, ({ reader, stack }) => stack.push(stack.recall(reader.uint8()))],
  [0x6a, ({ reader, stack }) => stack.push(stack.recall(reader.uint32()))],
  // GLOBAL, BINPERSID, REDUCE, BUILD
  [0x63, ({ reader, stack, world }) => stack.push(world.global(reader.line(), reader.line()))],
  [0x51, ({ stack, world }) => stack.push(world.persistent(stack.pop()))],
  [0x52, reduce],
  [0x62, build],
]);

function checkProtocol(protocol: number): void {
  if (protocol === PROTOCOL) return;
  throw new TorchFileFault(
    `its pickle is of protocol ${protocol}, not ${PROTOCOL} as torch.save writes it by default`,
  );
}

/** The last values, first to last. */
function popped(stack: PickleStack, count: number): unknown[] {
  return Array.from({ length: count }, () => stack.pop()).reverse();
}

function append(values: readonly unknown[], list: unknown): void {
  if (!Array.isArray(list)) throw new TorchFileFault('its pickle appends to what is no list');
  for (const value of values) list.push(value);
}

function setItems(keysAndValues: readonly unknown[], map: unknown): void {
  if (!(map instanceof Map) || keysAndValues.length % 2 !== 0) {
    throw new TorchFileFault('its pickle sets items of what is no dictionary');
  }
  for (let at = 0; at < keysAndValues.length; at += 2) {
    map.set(keysAndValues[at], keysAndValues[at + 1]);
  }
}

function reduce({ stack, world }: Workplace): void {
  const [callee, args] = popped(stack, 2);
  if (!Array.isArray(args)) throw new TorchFileFault('its pickle calls without arguments');
  stack.push(world.call(callee, args));
}

/** Attributes of a dictionary (PyTorch notes versions of layers there) are nothing to weights. */
function build({ stack }: Workplace): void {
  stack.pop();
  if (!(stack.top() instanceof Map)) {
    throw new TorchFileFault('its pickle sets attributes of what is no dictionary');
  }
}

/** A whole number from the bytes of its two's complement, least first. */
function wholeNumber(bytes: Uint8Array): number | bigint {
  const magnitude = bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const value = BigInt.asIntN(bytes.length * 8, magnitude);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
