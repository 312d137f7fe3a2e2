/** The opcodes that pickles of tensors use, protocols 2 to 5. @see https://github.com/python/cpython/blob/main/Lib/pickletools.py */
import type { PickleCursor } from "./cursor.ts";
import { invalidPickle, unsafeOpcode } from "./refusals.ts";
import { append, dict, type PickleStack, sequence, setItems } from "./stack.ts";
import { isKind, type PickleClass, type PickleValue } from "./values.ts";

/** State that an opcode works on. */
export interface PickleMachine {
  readonly cursor: PickleCursor;
  readonly stack: PickleStack;
  /** @throws UndertoneError `checkpoint-unsafe` if the class is not on the allow-list. */
  findClass(module: string, name: string): PickleClass;
  /** Makes sense of a persistent id, which in torch's files is a storage. */
  loadPersistent(id: PickleValue): PickleValue;
}

type Opcode = (machine: PickleMachine) => void;

const HIGHEST_PROTOCOL = 5;
/** torch writes one integer beyond 64 bits, a magic number of ten bytes. */
const MAX_INTEGER_BYTES = 16;

export const STOP = 0x2e;
const NEWOBJ = 0x81;

export const OPCODES: ReadonlyMap<number, Opcode> = new Map<number, Opcode>([
  [0x80, ({ cursor }) => requireProtocol(cursor.u8())],
  // FRAME: how much a streaming reader should fetch; all of it is here.
  [0x95, ({ cursor }) => void cursor.u64()],

  [code("N"), push(() => null)],
  [0x88, push(() => true)],
  [0x89, push(() => false)],
  [code("J"), push((cursor) => cursor.i32())],
  [code("K"), push((cursor) => cursor.u8())],
  [code("M"), push((cursor) => cursor.u16())],
  [0x8a, push((cursor) => integer(cursor.bytes(cursor.u8())))],
  [0x8b, push((cursor) => integer(cursor.bytes(cursor.u32())))],
  [code("G"), push((cursor) => cursor.f64BigEndian())],
  [code("X"), push((cursor) => cursor.text(cursor.u32()))],
  [0x8c, push((cursor) => cursor.text(cursor.u8()))],
  [0x8d, push((cursor) => cursor.text(cursor.u64()))],
  // Python 2 wrote names as byte strings.
  [code("T"), push((cursor) => cursor.text(cursor.u32()))],
  [code("U"), push((cursor) => cursor.text(cursor.u8()))],
  [code("B"), push((cursor) => cursor.bytes(cursor.u32()))],
  [code("C"), push((cursor) => cursor.bytes(cursor.u8()))],

  [code("("), ({ stack }) => stack.mark()],
  [code("0"), ({ stack }) => void stack.pop()],
  [code("1"), ({ stack }) => void stack.popToMark()],
  [code("2"), ({ stack }) => stack.push(stack.top())],

  [code(")"), push(() => sequence("tuple", []))],
  [0x85, ({ stack }) => stack.push(sequence("tuple", popped(stack, 1)))],
  [0x86, ({ stack }) => stack.push(sequence("tuple", popped(stack, 2)))],
  [0x87, ({ stack }) => stack.push(sequence("tuple", popped(stack, 3)))],
  [code("t"), ({ stack }) => stack.push(sequence("tuple", stack.popToMark()))],
  [code("]"), push(() => sequence("list", []))],
  [code("l"), ({ stack }) => stack.push(sequence("list", stack.popToMark()))],
  [code("a"), ({ stack }) => addTo(stack, popped(stack, 1), append)],
  [code("e"), ({ stack }) => addTo(stack, stack.popToMark(), append)],
  [code("}"), push(() => dict())],
  [code("d"), ({ stack }) => stack.push(dict(stack.popToMark()))],
  [code("s"), ({ stack }) => addTo(stack, popped(stack, 2), setItems)],
  [code("u"), ({ stack }) => addTo(stack, stack.popToMark(), setItems)],

  [code("q"), ({ stack, cursor }) => stack.remember(cursor.u8())],
  [code("r"), ({ stack, cursor }) => stack.remember(cursor.u32())],
  [0x94, ({ stack }) => stack.rememberNext()],
  [code("h"), ({ stack, cursor }) => stack.push(stack.recall(cursor.u8()))],
  [code("j"), ({ stack, cursor }) => stack.push(stack.recall(cursor.u32()))],

  [
    code("c"),
    ({ stack, cursor, findClass }) => stack.push(findClass(cursor.line(), cursor.line())),
  ],
  [0x93, stackGlobal],
  [code("R"), reduce],
  [NEWOBJ, newObject],
  [code("b"), build],
  [code("Q"), ({ stack, loadPersistent }) => stack.push(loadPersistent(stack.pop()))],
]);

function code(character: string): number {
  return character.charCodeAt(0);
}

function push(read: (cursor: PickleCursor) => PickleValue): Opcode {
  return ({ cursor, stack }) => stack.push(read(cursor));
}

function popped(stack: PickleStack, count: number): PickleValue[] {
  return Array.from({ length: count }, () => stack.pop()).reverse();
}

function addTo(
  stack: PickleStack,
  items: PickleValue[],
  add: (target: PickleValue, items: readonly PickleValue[]) => void,
): void {
  add(stack.top(), items);
}

function requireProtocol(protocol: number): void {
  if (protocol > HIGHEST_PROTOCOL) throw invalidPickle(`is of the unknown protocol ${protocol}`);
}

/** Two's complement, least byte first; a number where it is exact. */
function integer(bytes: Uint8Array): number | bigint {
  if (bytes.length > MAX_INTEGER_BYTES) throw invalidPickle("has an integer that is too large");
  let value = 0n;
  for (const byte of [...bytes].reverse()) value = (value << 8n) | BigInt(byte);
  const signed = BigInt.asIntN(bytes.length * 8, value);
  const number = Number(signed);
  return Number.isSafeInteger(number) ? number : signed;
}

function stackGlobal({ stack, findClass }: PickleMachine): void {
  const [module, name] = popped(stack, 2);
  if (typeof module !== "string" || typeof name !== "string") {
    throw invalidPickle("names a class with something other than text");
  }
  stack.push(findClass(module, name));
}

function reduce({ stack }: PickleMachine): void {
  const [callable, args] = popped(stack, 2);
  if (!isKind(callable, "class") || !isKind(args, "tuple")) {
    throw invalidPickle("calls what is no class");
  }
  stack.push(callable.call(args.items));
}

/** Only of records, which Python makes so; what tensors need is called. */
function newObject({ stack, cursor }: PickleMachine): void {
  const [made] = popped(stack, 2);
  if (!isKind(made, "class") || made.isRecord !== true) {
    throw unsafeOpcode(NEWOBJ, cursor.position - 1);
  }
  stack.push(made.call([]));
}

/** State of a dict is what modules noted of their versions; nothing else that tensors need has state. */
function build({ stack }: PickleMachine): void {
  const [target] = popped(stack, 2);
  if (!isKind(target, "dict"))
    throw invalidPickle("sets the state of something that is not a dict");
  stack.push(target);
}
